// Looks somebody up by the numbers on a paper, where staff ask for it. It may take minutes; whoever
// leaves meanwhile finds the answer when they come back. Of several nobody is chosen.

import { Refused } from "./calls.js";
import { makeGroup } from "./detail.js";
import { button, element, mark, put } from "./element.js";
import { keep } from "./keyed.js";
import { makeNote } from "./list.js";
import { birthday, duration, now } from "./moments.js";
import { recordNotes, validityIn } from "./notes.js";
import { groupsOfRecord } from "./person.js";
import { say } from "./words.js";

// The agent gives up before.
const PATIENCE_MS = 660_000;
const TICK_MS = 1000;
// What a question takes of what was typed, and what it cannot do without.
const ASKED = [
  ...["insurer_number", "insured_card_symbol", "insured_identification_number"],
  ...["insured_branch_number", "birthdate"],
];
export const NEEDED = ["insurer_number", "insured_identification_number", "birthdate"];

export class Lookup {
  #calls;
  #describe;
  // Without a name, so that it is no part of the paper that is recorded.
  #consent = element("input", { type: "checkbox" });
  #title = element("p", { role: "status", class: "answer" });
  #asked = element("p", { class: "quiet" });
  // What the network said to it, as it came.
  #message = element("p", { class: "answer" });
  #todo = element("p");
  // Why it could not be asked, for whoever looks after it.
  #why = element("p", { class: "quiet" });
  #people = element("ul", { class: "people" });
  // What was asked, since when, and what came of it: an answer of the agent or an error.
  #question = null;
  #answer = null;
  #isWaiting = false;

  // `press` is what the button does.
  constructor(calls, describe, press) {
    this.#calls = calls;
    this.#describe = describe;
    this.button = button({}, () => this.#isWaiting || press());
    const words = element("span", { "data-word": "lookup.agrees_to_limit" });
    this.consent = element("label", { class: "consent" }, this.#consent, words);
    this.node = element(
      ...["section", { class: "lookup" }, this.#title, this.#asked],
      ...[this.#message, this.#todo, this.#why, this.#people],
    );
  }

  // Nothing to press where nobody can be asked.
  offer(canLookUp) {
    this.button.hidden = !canLookUp;
    this.consent.hidden = !canLookUp;
  }

  get hasQuestion() {
    return this.#question !== null;
  }

  // Somebody who has seen an answer has no need of it for the next paper, and its patient has not
  // agreed to anything yet.
  forget() {
    if (!this.#isWaiting) {
      this.#question = null;
      this.#consent.checked = false;
    }
  }

  async ask(typed) {
    const numbers = Object.fromEntries(ASKED.map((name) => [name, typed[name]]));
    numbers.agrees_to_limit = this.#consent.checked;
    this.#question = { numbers, at: now() };
    this.#answer = null;
    this.#isWaiting = true;
    const ticking = setInterval(() => this.draw(), TICK_MS);
    this.draw();
    try {
      this.#answer = await this.#calls.post("/v1/lookups", numbers, PATIENCE_MS);
    } catch (error) {
      this.#answer = { error };
    }
    clearInterval(ticking);
    this.#isWaiting = false;
    this.draw();
  }

  draw() {
    this.button.setAttribute("aria-disabled", String(this.#isWaiting));
    put(this.button, this.#buttonText());
    this.node.hidden = this.#question === null;
    if (this.#question !== null) {
      const { look, title, message, todo, why, records } = this.#told();
      const { insurer_number, insured_identification_number, birthdate } = this.#question.numbers;
      const values = { insurer_number, insured_identification_number, birthdate: birthday(birthdate) };
      mark(this.node, "look", look);
      put(this.#title, title);
      put(this.#asked, say("lookup.asked", values));
      put(this.#message, message);
      put(this.#todo, todo);
      put(this.#why, why);
      const people = records.map((record, at) => ({ record, at, of: records.length }));
      keep(this.#people, people, ({ at }) => at, makePerson);
    }
  }

  #buttonText() {
    return this.#isWaiting
      ? say("lookup.waiting", { spent: duration(now() - this.#question.at) })
      : say("lookup.ask");
  }

  #told() {
    const answer = this.#answer;
    if (answer === null) {
      return told("asking");
    }
    return "error" in answer ? this.#failed(answer.error) : told(answer.answer, answer);
  }

  #failed(error) {
    if (!(error instanceof Refused)) {
      return told("lost");
    }
    return error.status === 503
      ? told("unavailable", { why: error.detail })
      : told("failed", { why: this.#describe(error) });
  }
}

const LOOKS = { asking: "plain", found: "good", several: "care" };

function told(word, { code, message, why = "", records = [] } = {}) {
  return {
    look: LOOKS[word] ?? "doubt",
    title: say(`lookup.${word}.what`, { count: records.length }),
    message: [code, message].filter(Boolean).join(" "),
    todo: say(`lookup.${word}.todo`),
    why,
    records,
  };
}

function makePerson() {
  const name = element("h3");
  const validity = element("span", { class: "badge" });
  const kana = element("p", { class: "kana" });
  const notes = element("div", { class: "notes" });
  const groups = element("div", { class: "groups" });
  const head = element("div", { class: "bar" }, name, validity);
  const node = element("li", {}, head, kana, notes, groups);
  const update = ({ record, at, of }) => {
    const { look, text } = validityIn(record);
    put(name, `${of > 1 ? `${at + 1}. ` : ""}${record.person.name}`);
    mark(validity, "look", look);
    put(validity, text);
    put(kana, record.person.name_kana ?? "");
    keep(notes, recordNotes(record), ({ key }) => key, makeNote);
    keep(groups, groupsOfRecord(record), ({ key }) => key, makeGroup);
  };
  return { node, update };
}
