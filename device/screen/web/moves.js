// Somebody goes through the buttons with the keys of a pad, or presses the one gone to.

import { speakUp } from "./voice.js";

const BY_KEYS = "byKeys";

export function move({ to }) {
  const dialog = [...document.querySelectorAll("dialog[open]")].at(-1);
  const within = dialog ?? document;
  if (to === "leave") {
    const close = dialog?.querySelector(".quiet");
    (close ?? document.querySelector("[data-choice=end]"))?.click();
    return;
  }
  const buttons = [...within.querySelectorAll("button")].filter(isShown);
  const at = buttons.indexOf(document.activeElement);
  if (to === "press") {
    buttons[at]?.click();
    return;
  }
  document.documentElement.dataset[BY_KEYS] = "";
  neighbour(buttons, at, to)?.focus();
  // The first key has the whole page read; the next ones read the buttons they go to.
  speakUp();
}

// Not checkVisibility: the WebKit of small displays does not know it yet.
function isShown(each) {
  return each.getClientRects().length > 0;
}

// From the words of a page the first button is the page's own, before those of the frame.
function neighbour(buttons, at, to) {
  if (at === -1) {
    return buttons.find((each) => each.closest("main, dialog")) ?? buttons[0];
  }
  const step = to === "next" ? 1 : -1;
  return buttons[(at + step + buttons.length) % buttons.length];
}

addEventListener("pointerdown", () => delete document.documentElement.dataset[BY_KEYS]);
