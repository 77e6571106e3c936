// Reads the page aloud from recorded clips. What has no clip is not said: names, and every digit.

import { button, element } from "./element.js";

const clips = new Map();
const player = new Audio();
let queue = [];
// Null: as this reader always does; else what this patient wants.
let wanted = null;
let isSpeakingAtFirst = false;

export function learn({ clips: more = {} }) {
  Object.entries(more).forEach(([text, address]) => clips.set(text, address));
}

export function drawVoiceButton(page, readAgain) {
  isSpeakingAtFirst = page.speaks;
  const isUseful = page.languages.length > 0 && Object.keys(page.clips).length > 0;
  const text = isOn() ? page.labels.voice_off : page.labels.voice_on;
  const looks = { "aria-pressed": String(isOn()) };
  const toggle = button("", looks, () => {
    wanted = !isOn();
    hush();
    drawVoiceButton(page, readAgain);
    document.querySelector("#voice button").focus();
    readAgain();
  });
  const name = element("span", { class: "view-name" }, text);
  toggle.append(element("span", { class: "icon icon-voice" }), name);
  document.querySelector("#voice").replaceChildren(...(isUseful ? [toggle] : []));
}

// Whoever goes by the keys may not see the page.
export function speakUp() {
  wanted ??= true;
}

export function forgetVoice() {
  wanted = null;
}

export function read(texts) {
  hush();
  if (isOn()) {
    queue = texts.map((text) => clips.get(text)).filter(Boolean);
    sayNext();
  }
}

function isOn() {
  return wanted ?? isSpeakingAtFirst;
}

function hush() {
  queue = [];
  player.pause();
}

function sayNext() {
  const next = queue.shift();
  if (next) {
    player.src = next;
    // A page that was never touched may not sound everywhere; its words stand on the screen.
    player.play().catch(() => {});
  }
}

player.addEventListener("ended", sayNext);
