// What needs hands now: told aloud once, counted in the title, and as a notification of the desktop
// where staff asked for it. It names places, never a patient: a notification stays on the screen.

import { put } from "./element.js";
import { lookOf, placeOf } from "./readers.js";
import { say } from "./words.js";

const WANTING = ["away", "wanted", "left"];

export function wantingHands(state) {
  const readers = state.readers
    .map((reader) => ({ reader, look: lookOf(reader) }))
    .filter(({ look }) => WANTING.includes(look))
    .map(({ reader, look }) => ({
      key: `${look} ${reader.counter} ${reader.visit?.visit ?? reader.since}`,
      text: say(`hands.${look}`, { place: placeOf(reader.counter) }),
    }));
  const alarms = state.alarms.map(({ number, alarm }) => ({
    key: `alarm ${number}`,
    text: say(`alarm.${alarm}.what`),
  }));
  return [...readers, ...alarms];
}

export class Hands {
  // null: this page has just come, and what is there already was seen to or is seen now.
  #called = null;

  draw(state) {
    const wanting = wantingHands(state);
    const count = wanting.length > 0 ? `(${wanting.length}) ` : "";
    document.title = `${count}${say("page.title")}`;
    const known = this.#called;
    const fresh = wanting.filter(({ key }) => known !== null && !known.has(key));
    this.#called = new Set(wanting.map(({ key }) => key));
    if (fresh.length > 0) {
      put(document.querySelector("#calls"), fresh.map(({ text }) => text).join(" "));
      fresh.forEach(notify);
    }
  }
}

// The browser asks only after a press on a button, and nobody is asked on coming.
export function drawNotifyButton() {
  const button = document.querySelector("#notify");
  const answer = "Notification" in window ? Notification.permission : "denied";
  put(button, say(`hands.${answer === "default" ? "notify" : answer}`));
  button.disabled = answer !== "default";
}

export async function askToNotify() {
  await Notification.requestPermission();
  drawNotifyButton();
}

function notify({ key, text }) {
  if ("Notification" in window && Notification.permission === "granted") {
    // The same tag in a second window of this page makes no second notification.
    const made = new Notification(say("hands.title"), { body: text, tag: key });
    made.addEventListener("click", () => {
      window.focus();
      made.close();
    });
  }
}
