// The patient's page: draws what the reader says and sends touches back. It decides nothing.

import { CHIME_MS, chime } from "./chime.js";
import { Connection } from "./connection.js";
import { fitPage } from "./fit.js";
import { drawLanguages } from "./languages.js";
import { move } from "./moves.js";
import { drawHint, drawPage, drawPinLength, drawPrintedCode } from "./page.js";
import { Preview } from "./preview.js";
import { takeToken } from "./token.js";
import { drawViewButton, forgetView } from "./view.js";
import { drawVoiceButton, forgetVoice, read, readNext, readPage } from "./voice.js";
import { drawWarning } from "./warning.js";

// A finger that touches twice must not touch the page that came in between.
const UNTOUCHABLE_MS = 400;

// By sound as well: it is done, and a card that is left is called for.
const CALLING = ["finished", "take_card"];

let shown = null;
let drawnAt = 0;

const connection = new Connection(takeToken(), {
  page: showPage,
  hint: (message) => isCurrent(message) && tell(message, drawHint),
  pin_length: (message) => isCurrent(message) && tell(message, drawPinLength),
  printed_code: (message) => isCurrent(message) && tell(message, drawPrintedCode),
  warning: (message) => isCurrent(message) && warn(message),
  move: (message) => isCurrent(message) && isTouchable() && move(message),
  picture: (blob) => preview.draw(blob),
  lost: showOffline,
});

const preview = new Preview(() => connection.send({ type: "preview" }));

const touches = {
  choose(choice, event) {
    if (isTouchable(event.timeStamp)) {
      choose(choice);
    }
  },
  press(position) {
    connection.send({ type: "pad", turn: shown.turn, position });
  },
  speak(tag) {
    connection.send({ type: "language", tag });
  },
};

function isTouchable(now = performance.now()) {
  return now - drawnAt >= UNTOUCHABLE_MS;
}

function choose(choice) {
  connection.send({ type: "choice", turn: shown.turn, choice });
}

function showPage(page) {
  const isAnotherPage = shown === null || shown.turn !== page.turn || shown.name !== page.name;
  if (isAnotherPage) {
    drawnAt = performance.now();
    // Before the page is drawn: what lies under an open dialog takes no focus.
    document.querySelector("#warning").close();
  }
  if (page.name === "idle" && shown !== null && shown.name !== "idle") {
    forgetView();
    forgetVoice();
    document.querySelectorAll("dialog").forEach((dialog) => dialog.close());
  }
  const isAnotherLanguage = shown !== null && shown.language !== page.language;
  shown = page;
  document.documentElement.lang = page.language;
  document.title = page.title;
  document.querySelector("#tagline").textContent = page.labels.tagline;
  drawLanguages(page, touches.speak);
  drawViewButton(page);
  drawVoiceButton(page);
  drawPage(page, touches);
  const isCalling = isAnotherPage && page.chimes && CALLING.includes(page.name);
  if (isAnotherPage || isAnotherLanguage) {
    readPage(isCalling ? CHIME_MS : 0);
  }
  if (isCalling) {
    chime();
  }
  preview.follow(document.querySelector("canvas"));
}

function tell(message, draw) {
  draw(message);
  // Nothing was typed yet, or nothing is wrong: the page is still being read.
  if (message.entered !== 0 && message.text) {
    readNext({ ...message, text: message.doubt || message.text });
  }
}

function warn(message) {
  drawWarning(message, choose);
  if (message.left_s > 0) {
    read([message.title, message.text, message.choice.text], message.clips);
  }
}

function isCurrent(message) {
  return shown !== null && message.turn === shown.turn;
}

function showOffline() {
  if (shown === null || shown.name === "offline") {
    return;
  }
  showPage({
    ...shown,
    name: "offline",
    title: shown.labels.offline_title,
    lead: "",
    paragraphs: [shown.labels.offline_body],
    items: [],
    notices: [],
    choices: [],
    pad: [],
    picture: "",
    picture_text: "",
    languages: [],
    clips: {},
    spoken: [],
    chimes: false,
  });
}

addEventListener("resize", fitPage);
addEventListener("focusin", ({ target }) => {
  if (target.matches("button") && document.documentElement.dataset.byKeys !== undefined) {
    read([target.textContent]);
  }
});
connection.open();
