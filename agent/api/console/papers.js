// Papers that staff saw in place of a card: the form, and those of today.

import { birthDateField } from "./birth_date_field.js";
import { readBirthDate } from "./birth_dates.js";
import { button, element, put } from "./element.js";
import { keep } from "./keyed.js";
import { Lookup, NEEDED } from "./lookup.js";
import { birthday, time } from "./moments.js";
import { placeOf } from "./readers.js";
import { say, spell } from "./words.js";

const KINDS = [
  "qualification_certificate",
  "qualification_notice_and_card",
  "myna_portal_screen",
  "qualification_declaration",
  "other_insurance_paper",
];
// Beside each what a browser refuses; the agent checks again.
const NAMES = {
  name_kana: { maxlength: 128 },
  name: { maxlength: 128 },
};
const NUMBERS = {
  insurer_number: { pattern: "[0-9]{6}([0-9]{2})?", inputmode: "numeric" },
  insured_card_symbol: { maxlength: 20 },
  insured_identification_number: { maxlength: 20 },
  insured_branch_number: { pattern: "[0-9]{2}", inputmode: "numeric" },
};

export class Papers {
  #calls;
  #describe;
  #dialog = document.querySelector("#papers");
  #form = element("form", { method: "dialog" });
  #list = element("ul", { class: "papers" });
  #answer = element("p", { role: "status", class: "answer" });
  #birthDate;
  // The visit at a reader that came to nothing, whose patient shows the paper; null: none.
  #visit = null;
  #about = element("p", { class: "about-visit" });
  #lookup;
  // Of the paper that is being typed: sent twice it is still one.
  #id = paperId();

  // `describe` tells why a call came to nothing.
  constructor(calls, describe) {
    this.#calls = calls;
    this.#describe = describe;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#record();
    });
    this.#lookup = new Lookup(calls, describe, () => this.#lookUp());
    this.#dialog.addEventListener("close", () => this.#lookup.forget());
  }

  async open(counters, canLookUp, visit = null) {
    // Beside an answer nobody has seen yet stands what was typed.
    if (!this.#lookup.hasQuestion) {
      this.#build(counters);
      this.#belongTo(visit);
    }
    spell(this.#dialog);
    put(document.querySelector("#answer"), "");
    this.#lookup.offer(canLookUp);
    this.#lookup.draw();
    this.#dialog.showModal();
    await this.#read();
  }

  #build(counters) {
    const title = element("h2", { id: "papers-title", "data-word": "papers.title" });
    const hint = element("p", { class: "quiet", "data-word": "papers.hint" });
    const kinds = select("kind", KINDS.map((each) => wordOption(each, `paper.${each}`)));
    const nowhere = wordOption("", "papers.no_counter");
    const places = select("counter", [nowhere, ...counters.map(placeOption)]);
    const record = element("button", { class: "main", "data-word": "papers.record" });
    record.addEventListener("click", () => this.#require(false));
    const leave = button({ "data-word": "papers.close" }, () => this.#dialog.close());
    this.#birthDate = birthDateField("birthdate");
    this.#form.replaceChildren(
      ...[labelled("kind", kinds), labelled("counter", places)],
      ...[...inputs(NAMES), this.#birthDate.node, ...inputs(NUMBERS)],
      this.#lookup.consent,
      element("div", { class: "doing" }, leave, this.#lookup.button, record),
    );
    const today = element("section", { "aria-labelledby": "papers-today" });
    const heading = { id: "papers-today", tabindex: "-1", "data-word": "papers.today" };
    today.append(element("h3", heading), this.#list);
    put(this.#answer, "");
    const typing = element("div", {}, hint, this.#about, this.#form, this.#answer, today);
    const sides = element("div", { class: "sides" }, typing, this.#lookup.node);
    this.#dialog.replaceChildren(title, sides);
  }

  // The next paper is of this visit; it was typed at the same place unless somebody says otherwise.
  #belongTo(visit) {
    this.#visit = visit;
    const values = visit && { time: time(visit.received_at), place: placeOf(visit.counter) };
    put(this.#about, visit === null ? "" : say("papers.of_visit", values));
    if (visit !== null) {
      this.#form.elements.counter.value = visit.counter;
    }
  }

  // A paper may be recorded without what a question cannot do without.
  #require(isRequired) {
    NEEDED.forEach((name) => (this.#form.elements[name].required = isRequired));
  }

  async #lookUp() {
    this.#require(true);
    if (this.#form.reportValidity()) {
      await this.#lookup.ask(this.#typed());
      if (!this.#dialog.open) {
        put(document.querySelector("#answer"), say("lookup.answered"));
      }
    }
  }

  #typed() {
    const typed = [...new FormData(this.#form)].map(([key, value]) => [key, value.trim() || null]);
    const body = Object.fromEntries(typed);
    body.birthdate = readBirthDate(body.birthdate ?? "");
    return body;
  }

  async #record() {
    try {
      const visit = this.#visit?.visit ?? null;
      await this.#calls.put(`/v1/papers/${this.#id}`, { ...this.#typed(), visit });
      this.#id = paperId();
      this.#form.reset();
      this.#belongTo(null);
      this.#birthDate.tell();
      this.#form.elements.kind.focus();
      put(this.#answer, say("papers.recorded"));
      await this.#read();
    } catch (error) {
      put(this.#answer, this.#describe(error));
    }
  }

  async #read() {
    try {
      const { papers } = await this.#calls.get("/v1/papers");
      keep(this.#list, papers, ({ id }) => id, makePaper);
    } catch (error) {
      put(this.#answer, this.#describe(error));
    }
  }
}

function paperId() {
  return crypto.randomUUID().replaceAll("-", "");
}

function makePaper() {
  const node = element("li");
  const update = (paper) => {
    const { at, kind, counter, name, name_kana, birthdate } = paper;
    const numbers = [
      ["insurer_number", paper.insurer_number],
      ["number", paper.insured_identification_number],
    ].map(([label, value]) => (value === null ? "" : `${say(`fact.${label}`)} ${value}`));
    const place = counter === null ? "" : placeOf(counter);
    const born = birthdate === null ? "" : birthday(birthdate);
    const texts = [time(at), place, say(`paper.${kind}`), name ?? name_kana ?? "", born, ...numbers];
    put(node, texts.filter(Boolean).join(" · "));
  };
  return { node, update };
}

function placeOption(counter) {
  return element("option", { value: counter }, placeOf(counter));
}

function wordOption(value, word) {
  return element("option", { value, "data-word": word });
}

function select(name, options) {
  const made = element("select", { name });
  made.append(...options);
  return made;
}

function inputs(limitsOf) {
  return Object.entries(limitsOf).map(([name, limits]) =>
    labelled(name, element("input", { name, autocomplete: "off", ...limits })),
  );
}

function labelled(name, control) {
  return element("label", {}, element("span", { "data-word": `papers.${name}` }), control);
}
