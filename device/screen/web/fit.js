// Letters as large as the page allows: some languages need more room for the same sentence.

const SHRUNK = ["1", "0.95", "0.9", "0.85", "0.8", "0.75", "0.7"];
const MUST_FIT = "main, .words, .choices, .hint, button";

let step = 0;

export function fitPage() {
  step = 0;
  fitMore();
}

// What is added to a page shrinks it further if it must, and never lets it jump back.
export function fitMore() {
  const { style } = document.documentElement;
  style.setProperty("--shrunk", SHRUNK[step]);
  while (isCut() && step < SHRUNK.length - 1) {
    step += 1;
    style.setProperty("--shrunk", SHRUNK[step]);
  }
}

function isCut() {
  const { scrollHeight, scrollWidth } = document.documentElement;
  const isPageCut = scrollHeight > innerHeight + 1 || scrollWidth > innerWidth + 1;
  return isPageCut || [...document.querySelectorAll(MUST_FIT)].some(isCutOff);
}

function isCutOff({ scrollHeight, clientHeight, scrollWidth, clientWidth }) {
  return scrollHeight > clientHeight + 1 || scrollWidth > clientWidth + 1;
}
