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

export function drawMatch({ node, title, text, groups, choose }, result, isLive) {
  const match = result.detail?.match ?? null;
  node.hidden = match === null;
  if (match === null) {
    return;
  }
  const look = match.chosen === null ? match.answer : "chosen";
  mark(node, "look", look);
  put(title, say(`match.${look}`, { number: match.chosen }));
  put(text, textOf(match));
  const items = groupsIn(match, { result: result.id, isLive, choose });
  keep(groups, items, ({ key }) => key, makeGroup);
}

function textOf({ answer, by, chosen }) {
  if (chosen !== null) {
    return CHOOSABLE.includes(answer) ? say("match.chosen_todo") : "";
  }
  return by === null ? say(`match.${answer}_todo`) : say(`match.by.${by}`);
}

// Of a contradiction: who bears the number, and who fits by birth date and kana.
function groupsIn({ answer, named, patients, chosen }, { result, isLive, choose }) {
  const ambiguous = numbersOfSeveral([...named, ...patients]);
  const item = (patient) => {
    const isAmbiguous = ambiguous.has(patient.number);
    return {
      patient,
      isAmbiguous,
      isChosen: patient.number === chosen && !isAmbiguous,
      isOffered: CHOOSABLE.includes(answer) && !isAmbiguous,
      isLive,
      choose: () => choose(result, patient.number),
    };
  };
  const part = (key, people) => ({
    key: `${result} ${key}`,
    title: answer === "contradiction" ? say(`match.${key}`) : "",
    none: answer === "contradiction" && people.length === 0 ? say("match.nobody") : "",
    items: people.map(item),
  });
  const groups = [part("named", named), part("fitting", patients)];
  return groups.filter(({ title, items }) => title !== "" || items.length > 0);
}

// A number that several bear says nobody of them.
function numbersOfSeveral(patients) {
  const seen = new Map(patients.map((each) => [keyOf(each), each.number]));
  const numbers = [...seen.values()];
  return new Set(numbers.filter((each, at) => numbers.indexOf(each) !== at));
}

function keyOf({ number, kana, birthdate, name }) {
  return JSON.stringify([number, kana, birthdate, name]);
}

function makeGroup() {
  const title = element("h4");
  const none = element("p");
  const list = element("ul");
  const node = element("div", {}, title, none, list);
  const update = (group) => {
    put(title, group.title);
    put(none, group.none);
    keep(list, group.items, ({ patient }) => keyOf(patient), makePatient);
  };
  return { node, update };
}

function makePatient(current) {
  const [who, born, doubt] = [element("b"), element("span"), element("span")];
  const chooser = button({}, () => current().choose());
  const node = element("li", {}, element("p", {}, who, born, doubt), chooser);
  const update = ({ patient, isAmbiguous, isChosen, isOffered, isLive }) => {
    const { number, kana, name } = patient;
    put(who, say("match.patient", { number, kana, name: name ?? "" }));
    put(born, birthday(patient.birthdate));
    put(doubt, isAmbiguous ? say("match.ambiguous") : "");
    put(chooser, isOffered ? say(isChosen ? "match.is_chosen" : "match.choose", { number }) : "");
    chooser.setAttribute("aria-pressed", String(isChosen));
    chooser.disabled = !isLive;
  };
  return { node, update };
}
