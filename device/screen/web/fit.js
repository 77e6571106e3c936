// Letters as large as wanted, or as the page allows: some languages need more room for a sentence.

const SIZES = ["1.5", "1.4", "1.3", "1.2", "1.1", "1", "0.95", "0.9", "0.85", "0.8", "0.75", "0.7"];
const WANTED = { largest: "1.5", large: "1.2", standard: "1" };
const MOST_LINES = 2.5;
const MUST_FIT = "main, .words, .choices, .hint, main button";

let step = 0;

export function fitPage() {
  fitHeader();
  const { letters = "standard" } = document.documentElement.dataset;
  step = SIZES.indexOf(WANTED[letters]);
  fitMore();
}

// What is added to a page makes letters smaller if it must, and never lets them jump back.
export function fitMore() {
  const { style } = document.documentElement;
  style.setProperty("--letters", SIZES[step]);
  while (isCut() && step < SIZES.length - 1) {
    step += 1;
    style.setProperty("--letters", SIZES[step]);
  }
}

// Where the names of the buttons leave no room, their icons stand alone; that of the language, which
// somebody looks for who reads nothing else here, goes last.
function fitHeader() {
  const header = document.querySelector("header");
  delete header.dataset.icons;
  for (const icons of ["some", "all"]) {
    if (isHeaderCut(header)) {
      header.dataset.icons = icons;
    }
  }
}

function isHeaderCut(header) {
  const tagline = header.querySelector("#tagline");
  const lines = tagline.clientHeight / parseFloat(getComputedStyle(tagline).lineHeight);
  return isCutOff(header) || lines > MOST_LINES;
}

function isCut() {
  const { scrollHeight, scrollWidth } = document.documentElement;
  const isPageCut = scrollHeight > innerHeight + 1 || scrollWidth > innerWidth + 1;
  return isPageCut || [...document.querySelectorAll(MUST_FIT)].some(isCutOff);
}

function isCutOff({ scrollHeight, clientHeight, scrollWidth, clientWidth }) {
  return scrollHeight > clientHeight + 1 || scrollWidth > clientWidth + 1;
}
