// Who of the clinic's patients it may be. Nobody, one, several and two answers that contradict each
// other look different, and so does a list that cannot be read; of several nobody is chosen but by
// staff.

import { button, element, mark, put } from "./element.js";
import { keep } from "./keyed.js";
import { birthday } from "./moments.js";
import { CHOOSABLE } from "./notes.js";
import { say } from "./words.js";

export function makeMatch(choose) {
  const title = element("h3");
  const text = element("p");
  const groups = element("div", { class: "groups" });
  const node = element("div", { class: "match", id: "match" }, title, text, groups);
  return { node, title, text, groups, choose };
}

export function drawMatch({ node, title, text, groups, choose }, result) {
  const match = result.detail?.match ?? null;
  node.hidden = match === null;
  if (match === null) {
    return;
  }
  const look = match.chosen === null ? match.answer : "chosen";
  mark(node, "look", look);
  put(title, say(`match.${look}`, { number: match.chosen }));
  put(text, textOf(match));
  keep(groups, groupsIn(match, result.id, choose), ({ key }) => key, makeGroup);
}

function textOf({ answer, by, chosen }) {
  if (chosen !== null) {
    return CHOOSABLE.includes(answer) ? say("match.chosen_todo") : "";
  }
  return by === null ? say(`match.${answer}_todo`) : say(`match.by.${by}`);
}

// Of a contradiction: who bears the number, and who fits by birth date and kana.
function groupsIn({ answer, named, patients, chosen }, result, choose) {
  const item = (patient) => ({
    patient,
    isChosen: patient.number === chosen,
    isOffered: CHOOSABLE.includes(answer),
    choose: () => choose(result, patient.number),
  });
  const part = (key, people) => ({
    key: `${result} ${key}`,
    title: answer === "contradiction" ? say(`match.${key}`) : "",
    none: answer === "contradiction" && people.length === 0 ? say("match.nobody") : "",
    items: people.map(item),
  });
  const groups = [part("named", named), part("fitting", patients)];
  return groups.filter(({ title, items }) => title !== "" || items.length > 0);
}

function makeGroup() {
  const title = element("h4");
  const none = element("p");
  const list = element("ul");
  const node = element("div", {}, title, none, list);
  const update = (group) => {
    put(title, group.title);
    put(none, group.none);
    keep(list, group.items, ({ patient }) => patient.number, makePatient);
  };
  return { node, update };
}

function makePatient(current) {
  const [who, born] = [element("b"), element("span")];
  const chooser = button({}, () => current().choose());
  const node = element("li", {}, element("p", {}, who, born), chooser);
  const update = ({ patient, isChosen, isOffered }) => {
    const { number, kana, name } = patient;
    put(who, say("match.patient", { number, kana, name: name ?? "" }));
    put(born, birthday(patient.birthdate));
    put(chooser, isOffered ? say(isChosen ? "match.is_chosen" : "match.choose", { number }) : "");
    chooser.setAttribute("aria-pressed", String(isChosen));
  };
  return { node, update };
}
