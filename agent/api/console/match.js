// Who of the clinic's patients it may be. Nobody, one and several look different, and of several
// nobody is chosen but by staff.

import { button, element, mark, put } from "./element.js";
import { keep } from "./keyed.js";
import { birthday } from "./moments.js";
import { say } from "./words.js";

const CHOOSABLE = ["several", "contradiction"];

export function makeMatch(choose) {
  const title = element("h3");
  const text = element("p");
  const list = element("ul");
  const node = element("div", { class: "match", id: "match" }, title, text, list);
  return { node, title, text, list, choose };
}

export function drawMatch({ node, title, text, list, choose }, result) {
  const match = result.detail?.match ?? null;
  node.hidden = match === null;
  if (match === null) {
    return;
  }
  mark(node, "look", match.chosen === null ? match.answer : "chosen");
  put(title, say(`match.${match.chosen === null ? match.answer : "chosen"}`));
  put(text, match.by === null ? say(`match.${match.answer}_todo`) : say(`match.by.${match.by}`));
  const items = [...match.patients, ...match.named].map((patient) => ({
    patient,
    isChosen: patient.number === match.chosen,
    isOffered: CHOOSABLE.includes(match.answer),
  }));
  // The key names the result too: what stays of another one would choose for that one.
  keep(list, items, ({ patient }) => `${result.id} ${patient.number}`, ({ patient }) =>
    makePatient(() => choose(result.id, patient.number)),
  );
}

function makePatient(choose) {
  const text = element("span");
  const chooser = button({}, choose);
  const node = element("li", {}, text, chooser);
  const update = ({ patient, isChosen, isOffered }) => {
    const { number, kana, name } = patient;
    const values = { number, kana, name: name ?? "", birthdate: birthday(patient.birthdate) };
    put(text, say("match.patient", values));
    put(chooser, isOffered ? say(isChosen ? "match.is_chosen" : "match.choose", { number }) : "");
    chooser.setAttribute("aria-pressed", String(isChosen));
  };
  return { node, update };
}
