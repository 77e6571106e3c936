// Reads the page aloud from recorded clips. What has no clip is not said: names, and every digit.

import { button, element } from "./element.js";

const player = new Audio();
let clips = new Map();
let queue = [];
// Null: as this reader always does; else what this patient wants.
let wanted = null;
let shown = null;

// What stands on a new page; its sentences may have other clips in another language.
export function drawVoiceButton(page) {
  shown = page;
  clips = new Map(Object.entries(page.clips));
  const isUseful = page.languages.length > 0 && clips.size > 0;
  const looks = { "aria-pressed": String(isOn()) };
  const toggle = button("", looks, () => speak(!isOn()));
  const name = element("span", { class: "view-name" }, page.labels.voice_on);
  toggle.append(element("span", { class: "icon icon-voice" }), name);
  document.querySelector("#voice").replaceChildren(...(isUseful ? [toggle] : []));
}

export function forgetVoice() {
  wanted = null;
}

// Whoever goes by the keys may not see the page.
export function speakUp() {
  if (wanted === null && !isOn()) {
    speak(true);
  }
}

export function readPage(afterMs = 0) {
  hush();
  setTimeout(say, afterMs, shown, shown.spoken);
}

// In place of what is being said.
export function read(texts, more = {}) {
  learn(more);
  hush();
  say(shown, texts);
}

// When what is being said is over, and only the newest of such remarks.
export function readNext({ text, clips: more }) {
  learn(more);
  if (player.paused) {
    read([text]);
  } else {
    queue = [text];
  }
}

function learn(more) {
  Object.entries(more).forEach(([sentence, address]) => clips.set(sentence, address));
}

function speak(isWanted) {
  wanted = isWanted;
  document.querySelector("#voice button")?.setAttribute("aria-pressed", String(isWanted));
  readPage();
}

function isOn() {
  return wanted ?? shown?.speaks ?? false;
}

function hush() {
  queue = [];
  player.pause();
}

function say(page, texts) {
  // Another page may have come while this one waited for its turn.
  if (isOn() && page === shown) {
    queue = texts;
    sayNext();
  }
}

function sayNext() {
  const address = nextAddress();
  if (address) {
    player.src = address;
    // A page that was never touched may not sound everywhere; its words stand on the screen.
    player.play().catch(() => {});
  }
}

function nextAddress() {
  while (queue.length > 0) {
    const address = clips.get(queue[0]);
    queue = queue.slice(1);
    if (address) {
      return address;
    }
  }
  return null;
}

player.addEventListener("ended", sayNext);
