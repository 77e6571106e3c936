// The list of today's results, newest first.

import { element, mark, put } from "./element.js";
import { keep } from "./keyed.js";
import { dateAndTime, time } from "./moments.js";
import { notesOf, validityOf } from "./notes.js";
import { placeOf } from "./readers.js";
import { say, sayCode } from "./words.js";

const SEARCHED = [
  ...["name", "name_kana", "name_of_other", "name_of_other_kana", "reference_number"],
  ...["insurer_number", "insured_card_symbol", "insured_identification_number", "birthdate"],
];
const STEPS = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };

// The row that the Tab key comes to; the arrows go on from there.
let stop = null;

export function personOf(result) {
  return result.detail?.record?.person ?? null;
}

export function nameOf(result) {
  return personOf(result)?.name ?? say(`today.unnamed.${result.why_no_detail ?? "not_asked"}`);
}

export function drawList({ results, state, selected, open }) {
  const found = matching(results, document.querySelector("#search").value);
  const ids = found.map((each) => each.id);
  stop = [stop, selected, ids[0]].find((each) => ids.includes(each)) ?? null;
  const items = found.map((result) => ({ result, state, open, isOpen: result.id === selected }));
  const list = document.querySelector("#result-list");
  keep(list, items, ({ result }) => result.id, makeRow);
  const counts = { count: results.length, found: found.length };
  const word = found.length < results.length ? "found" : "count";
  put(document.querySelector("#today-count"), say(`today.${word}`, counts));
  const none = say(results.length > 0 ? "today.none_found" : "today.none");
  put(document.querySelector("#today-none"), found.length > 0 ? "" : none);
}

export function listenToKeys() {
  const list = document.querySelector("#result-list");
  list.addEventListener("keydown", (event) => {
    const buttons = [...list.querySelectorAll("button")];
    const at = buttons.indexOf(event.target);
    if (event.key in STEPS && at !== -1) {
      event.preventDefault();
      const to = Math.min(Math.max(at + STEPS[event.key], 0), buttons.length - 1);
      buttons[to].focus();
    }
  });
}

function makeRow(current) {
  const name = element("span", { class: "name" });
  const kana = element("span", { class: "kana" });
  const opener = element("button", { type: "button", "aria-controls": "detail" }, name, kana);
  const at = element("td", { class: "time" });
  const place = element("td", { class: "where" });
  const validity = element("span", { class: "badge" });
  const method = element("td", { class: "method" });
  const notes = element("td", { class: "notes" });
  const cell = element("td", { class: "who" }, opener);
  const node = element("tr", {}, at, place, cell, element("td", {}, validity), method, notes);
  node.addEventListener("click", () => current().open(current().result.id));
  opener.addEventListener("focus", () => {
    node.parentElement.querySelector("button[tabindex='0']")?.setAttribute("tabindex", "-1");
    opener.tabIndex = 0;
    stop = current().result.id;
  });
  const update = ({ result, state, isOpen }) => {
    opener.tabIndex = result.id === stop ? 0 : -1;
    opener.setAttribute("aria-expanded", String(isOpen));
    mark(node, "look", isOpen ? "open" : "");
    at.title = dateAndTime(result.received_at);
    put(at, time(result.received_at));
    put(place, placeOf(result.counter));
    place.title = place.textContent;
    put(name, nameOf(result));
    put(kana, personOf(result)?.name_kana ?? "");
    const { look, text } = validityOf(result);
    mark(validity, "look", look);
    put(validity, text);
    put(method, result.method === null ? "" : sayCode("method", result.method));
    keep(notes, notesOf(result, state), ({ key }) => key, makeNote);
  };
  return { node, update };
}

export function makeNote() {
  const what = element("b");
  const todo = element("span");
  const node = element("div", { class: "note" }, what, " ", todo);
  const update = (note) => {
    mark(node, "look", note.look);
    put(what, note.text);
    put(todo, note.todo);
  };
  return { node, update };
}

function matching(results, typed) {
  const wanted = plain(typed);
  return wanted === "" ? results : results.filter((each) => searched(each).includes(wanted));
}

function searched(result) {
  const person = personOf(result) ?? {};
  const texts = [placeOf(result.counter), ...SEARCHED.map((key) => person[key] ?? "")];
  return texts.map(plain).join("\n");
}

// However it is typed: wide or narrow, hiragana or katakana, with spaces or without.
function plain(text) {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s\-‐－・]/g, "")
    .replace(/[ぁ-ゖ]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0x60));
}
