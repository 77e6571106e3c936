// One reader's dialog: how it and its cable are, and pairing, renewing, unpairing.

import { ask } from "./ask.js";
import { button, element, put } from "./element.js";
import { time } from "./moments.js";
import { placeOf } from "./readers.js";
import { say, spell } from "./words.js";

const LOOK_EVERY_MS = 1000;
const OVER = ["done", "refused"];
const FACTS = ["link", "firmware", "ueid", "cable", "waiting"];

export class ReaderDialog {
  #calls;
  #describe;
  #dialog = document.querySelector("#reader");
  #title = element("h2", { id: "reader-title" });
  #facts = Object.fromEntries(FACTS.map((name) => [name, element("dd")]));
  #phase = element("p", { class: "phase", role: "status", tabindex: "-1" });
  #digits = element("p", { class: "digits" });
  #answer = element("p", { class: "answer", role: "status" });
  #ways = element("div", { class: "doing" });
  #name = element("input", { maxlength: 20, autocomplete: "off" });
  #reader = null;
  #ceremony = null;
  // What the buttons are for now: they are made anew only when that changes.
  #shown = "";
  #timer = 0;

  // `describe` tells why a call came to nothing.
  constructor(calls, describe) {
    this.#calls = calls;
    this.#describe = describe;
    this.#dialog.addEventListener("close", () => this.#leave());
  }

  open(reader) {
    this.#reader = reader;
    this.#ceremony = null;
    this.#shown = "";
    const facts = FACTS.map((name) =>
      element("div", {}, element("dt", { "data-word": `reader.${name}` }), this.#facts[name]),
    );
    const close = button({ "data-word": "reader.close" }, () => this.#dialog.close());
    this.#dialog.replaceChildren(
      ...[this.#title, element("dl", { class: "facts" }, ...facts)],
      ...[this.#phase, this.#digits, this.#answer, this.#ways],
      element("div", { class: "doing leaving" }, close),
    );
    put(this.#answer, "");
    spell(this.#dialog);
    this.#draw();
    this.#dialog.showModal();
    if (reader.ceremony !== null) {
      this.#follow();
    }
  }

  // What the agent tells of all readers.
  hear(readers) {
    const found = readers.find(({ counter }) => counter === this.#reader?.counter);
    if (this.#dialog.open && found !== undefined) {
      this.#reader = found;
      this.#draw();
    }
  }

  #draw() {
    this.#drawFacts();
    this.#drawCeremony();
  }

  #drawFacts() {
    const { counter, is_linked, since, ueid, firmware, waiting } = this.#reader;
    const link = ueid === null ? "unpaired" : is_linked ? "linked" : "away";
    put(this.#title, say("reader.title", { place: placeOf(counter) }));
    put(this.#facts.link, say(`reader_link.${link}`, { time: time(since) }));
    const none = say(ueid === null ? "reader.none" : "reader.unknown");
    put(this.#facts.firmware, firmware ?? none);
    put(this.#facts.ueid, this.#ceremony?.ueid ?? ueid ?? none);
    put(this.#facts.cable, cableText(this.#reader));
    put(this.#facts.waiting, waiting === null ? none : `${waiting}`);
  }

  #drawCeremony() {
    const ceremony = this.#ceremony;
    const phase = ceremony?.phase ?? "none";
    put(this.#phase, ceremony === null ? "" : phaseText(ceremony));
    const digits = ceremony?.digits ?? "";
    put(this.#digits, digits.replace(/(\d{3})(\d{3})/, "$1 $2"));
    const isOver = phase === "none" || OVER.includes(phase);
    const shown = isOver ? `${phase} ${this.#reader.ueid}` : phase;
    if (shown === this.#shown) {
      return;
    }
    const hadFocus = this.#ways.contains(document.activeElement);
    this.#shown = shown;
    this.#ways.replaceChildren(...(isOver ? this.#beginnings() : this.#answers(phase)));
    spell(this.#ways);
    if (hadFocus) {
      // Enter alone answers nothing.
      (ceremony === null ? this.#title : this.#phase).focus();
    }
  }

  #beginnings() {
    const name = element("label", {}, element("span", { "data-word": "reader.name" }), this.#name);
    if (this.#reader.ueid === null) {
      const pair = button({ class: "main", "data-word": "reader.pair" }, () => this.#pair(false));
      return [name, pair];
    }
    return [
      name,
      button({ "data-word": "reader.pair_again" }, () => this.#pairAgain()),
      button({ "data-word": "reader.renew" }, () => this.#begin("renew")),
      button({ class: "grave", "data-word": "reader.unpair" }, () => this.#unpair()),
    ];
  }

  #answers(phase) {
    const made = {
      comparing: [
        button({ "data-word": "reader.same" }, () => this.#say(true)),
        button({ class: "grave", "data-word": "reader.different" }, () => this.#say(false)),
      ],
      waiting_for_button: [],
      waiting_for_reader: [],
    };
    if (!(phase in made)) {
      return [];
    }
    const off = button({ class: "plain", "data-word": "reader.call_off" }, () => this.#callOff());
    return [...made[phase], off];
  }

  #pair(mayReplace) {
    const name = this.#name.value.trim() || null;
    this.#begin("pairing", { name, may_replace: mayReplace });
  }

  async #pairAgain() {
    if (await ask("pair_again")) {
      this.#pair(true);
    }
  }

  async #unpair() {
    const isGone = !this.#reader.is_linked;
    if (await ask(isGone ? "unpair_gone" : "unpair")) {
      this.#begin("unpair", { reader_gone: isGone });
    }
  }

  async #begin(what, body) {
    await this.#try(async () => {
      this.#ceremony = await this.#calls.post(this.#path(what), body);
      this.#follow();
    });
  }

  #say(isSame) {
    this.#try(async () => {
      const told = { digits_agree: isSame };
      this.#ceremony = await this.#calls.post(this.#path("pairing/confirm"), told);
    });
  }

  #callOff() {
    this.#try(() => this.#calls.delete(this.#path("pairing")));
  }

  async #try(call) {
    put(this.#answer, "");
    try {
      await call();
    } catch (error) {
      put(this.#answer, this.#describe(error));
    }
    this.#draw();
  }

  #follow() {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#look();
  }

  async #look() {
    try {
      const told = await this.#calls.get(this.#path("pairing"));
      if (this.#dialog.open) {
        this.#ceremony = told;
        this.#draw();
      }
      if (OVER.includes(told.phase)) {
        clearInterval(this.#timer);
      }
    } catch (error) {
      put(this.#answer, this.#describe(error));
    }
  }

  // Whoever goes away in the middle does not want it; what is over has been seen.
  #leave() {
    clearInterval(this.#timer);
    const isWorking = this.#ceremony?.phase === "working";
    if (this.#ceremony !== null && !isWorking) {
      this.#calls.delete(this.#path("pairing")).catch(() => {});
    }
    this.#ceremony = null;
    put(this.#digits, "");
  }

  #path(what) {
    return `/v1/readers/${encodeURIComponent(this.#reader.counter || "_")}/${what}`;
  }
}

function phaseText({ kind, phase, why, has_reader_agreed }) {
  if (phase === "done") {
    return say(`pairing_done.${kind}`);
  }
  if (phase === "refused") {
    return say(`pairing_why.${why}`);
  }
  const agreed = phase === "comparing" && has_reader_agreed ? say("reader.agreed") : "";
  return say(`pairing_phase.${phase}`) + agreed;
}

function cableText({ ueid, interruptions, damaged }) {
  if (ueid === null) {
    return say("reader.none");
  }
  const isSound = interruptions === 0 && damaged === 0;
  return say(isSound ? "reader.cable_good" : "reader.cable_doubt", { interruptions, damaged });
}
