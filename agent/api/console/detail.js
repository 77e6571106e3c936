// One result, with everything that reception needs of it.

import { button, element, mark, put } from "./element.js";
import { keep } from "./keyed.js";
import { makeNote, nameOf, personOf } from "./list.js";
import { drawMatch, makeMatch } from "./match.js";
import { time } from "./moments.js";
import { notesOf, validityOf } from "./notes.js";
import { groupsOf } from "./person.js";
import { placeOf } from "./readers.js";
import { say, sayCode, spell } from "./words.js";

const SHOWN_EARLIER = 2;

const parts = {};

// `close`, `open` another result, `choose` a patient, `seePaper` of whoever came to nothing.
export function buildDetail({ close, open, choose, seePaper }) {
  const place = document.querySelector("#detail");
  parts.name = element("h2", { id: "detail-title", tabindex: "-1" });
  parts.validity = element("span", { class: "badge" });
  parts.kana = element("p", { class: "kana" });
  parts.how = element("p", { class: "quiet" });
  parts.notes = element("div", { class: "notes" });
  parts.match = makeMatch(choose);
  parts.earlier = element("ul", { class: "earlier" });
  parts.more = element("summary");
  parts.before = element("ul", { class: "earlier" });
  parts.folded = element("details", {}, parts.more, parts.before);
  parts.groups = element("div", { class: "groups" });
  const print = wordButton("detail.print", () => window.print());
  const leave = wordButton("detail.close", close);
  parts.paper = wordButton("papers.open", () => seePaper(parts.result));
  const bar = element("div", { class: "bar" }, parts.name, parts.validity);
  bar.append(parts.paper, print, leave);
  const about = element("div", { class: "about" }, parts.kana, parts.how);
  place.append(bar, about, parts.notes, parts.match.node);
  place.append(parts.earlier, parts.folded, parts.groups);
  place.addEventListener("keydown", ({ key }) => key === "Escape" && close());
  parts.open = open;
}

export function drawDetail({ result, state, isLive, find }) {
  const place = document.querySelector("#detail");
  place.hidden = result === null;
  if (result === null) {
    return;
  }
  parts.result = result;
  parts.paper.hidden = result.outcome === "completed";
  const validity = validityOf(result);
  put(parts.name, nameOf(result));
  mark(parts.validity, "look", validity.look);
  put(parts.validity, validity.text);
  put(parts.kana, personOf(result)?.name_kana ?? "");
  put(parts.how, howText(result));
  // Who it may be is told by the frame below.
  const notes = notesOf(result, state).filter(({ key }) => !key.startsWith("note.match_"));
  keep(parts.notes, notes, ({ key }) => key, makeNote);
  drawMatch(parts.match, result, isLive);
  drawEarlier(result.detail?.earlier ?? [], find);
  keep(parts.groups, groupsOf(result), ({ key }) => key, makeGroup);
  spell(place);
}

// The last ones are of use; a card that was laid ten times makes no list that hides the rest.
function drawEarlier(ids, find) {
  const items = ids.map((id) => ({ id, result: find(id), open: parts.open })).reverse();
  const folded = items.slice(SHOWN_EARLIER);
  keep(parts.earlier, items.slice(0, SHOWN_EARLIER), ({ id }) => id, makeEarlier);
  keep(parts.before, folded, ({ id }) => id, makeEarlier);
  parts.folded.hidden = folded.length === 0;
  put(parts.more, say("detail.more_earlier", { count: folded.length }));
}

function wordButton(word, onPress) {
  return button({ class: "plain no-print", "data-word": word }, onPress);
}

function howText(result) {
  const method = result.method === null ? "" : sayCode("method", result.method);
  const parted = [time(result.received_at), placeOf(result.counter), method];
  return parted.filter(Boolean).join(" · ");
}

function makeEarlier(current) {
  const opener = button({ class: "plain" }, () => current().open(current().id));
  const node = element("li", {}, opener);
  const update = ({ id, result }) => {
    const values = result
      ? { time: time(result.received_at), place: placeOf(result.counter) }
      : { time: "", place: id };
    put(opener, say("detail.earlier", values));
  };
  return { node, update };
}

export function makeGroup() {
  const title = element("h3");
  const hint = element("p", { class: "quiet" });
  const facts = element("dl");
  const node = element("div", { class: "group" }, title, hint, facts);
  const update = (group) => {
    mark(node, "group", group.key);
    put(title, group.title);
    put(hint, group.hint);
    keep(facts, group.facts, ({ key }) => key, makeFact);
  };
  return { node, update };
}

function makeFact() {
  const [label, text] = [element("dt"), element("dd")];
  const node = element("div", {}, label, text);
  const update = (fact) => {
    mark(node, "look", fact.look);
    mark(node, "fact", fact.key);
    put(label, fact.label);
    put(text, fact.text);
  };
  return { node, update };
}
