// Who is at which reader, at which step, and whether somebody has to go there.

import { button, element, mark, put } from "./element.js";
import { keep } from "./keyed.js";
import { duration, since, time } from "./moments.js";
import { say, sayCode } from "./words.js";

const CARD_LEFT_MS = 60_000;
const AWAY_MS = 10_000;

// calm, busy, joining, pairing; or what needs hands: unpaired, away, wanted, left.
export function lookOf(reader) {
  if (reader.ceremony !== null) {
    return "pairing";
  }
  if (reader.ueid === null) {
    return "unpaired";
  }
  if (!reader.is_linked) {
    return since(reader.since) > AWAY_MS ? "away" : "joining";
  }
  if (reader.visit === null) {
    return "calm";
  }
  const isLeft = since(reader.visit.step_since) > CARD_LEFT_MS;
  const looks = { staff_wanted: "wanted", card_to_be_taken: isLeft ? "left" : "busy" };
  return looks[reader.visit.step] ?? "busy";
}

export function placeOf(counter) {
  return counter || say("readers.only");
}

// What is not live stands still: it tells how it was, not for how long. `open` is told a counter.
export function drawReaders(readers, isLive, open) {
  const items = readers.map((reader) => ({ reader, isLive, open }));
  keep(document.querySelector("#reader-list"), items, ({ reader }) => reader.counter, makeReader);
}

function makeReader(current) {
  const parts = Object.fromEntries(
    ["link", "who", "step", "spent", "todo", "waiting"].map((name) => [
      name,
      element("p", { class: name }),
    ]),
  );
  const place = element("h3");
  const settings = button({ class: "settings plain" }, () => {
    const { reader, open } = current();
    open(reader.counter);
  });
  const head = element("div", { class: "place" }, place, parts.link, settings);
  const what = element("div", { class: "what" }, parts.step, parts.spent);
  const node = element("li", { class: "reader" }, head, parts.who, what, parts.todo, parts.waiting);
  const update = ({ reader, isLive }) => {
    mark(node, "look", isLive ? lookOf(reader) : "old");
    put(place, placeOf(reader.counter));
    put(parts.link, linkText(reader, isLive));
    put(settings, say("readers.settings"));
    const of = say("readers.settings_of", { place: placeOf(reader.counter) });
    settings.setAttribute("aria-label", of);
    settings.disabled = !isLive;
    put(parts.who, whoText(reader));
    put(parts.step, stepText(reader));
    put(parts.spent, isLive ? spentText(reader) : "");
    put(parts.todo, isLive ? todoText(lookOf(reader)) : "");
    const count = reader.waiting ?? 0;
    put(parts.waiting, count > 0 ? say("readers.waiting", { count }) : "");
  };
  return { node, update };
}

function linkText(reader, isLive) {
  if (isLive && reader.ueid === null) {
    return "";
  }
  const link = reader.is_linked ? "linked" : "unlinked";
  return say(`readers.${isLive ? link : "old"}`, { time: time(reader.since) });
}

function whoText({ is_linked, visit }) {
  if (!is_linked || visit === null) {
    return "";
  }
  return visit.patient_name === null
    ? say("readers.unnamed")
    : say("readers.named", { name: visit.patient_name });
}

function stepText(reader) {
  const look = lookOf(reader);
  if (["left", "pairing", "unpaired"].includes(look)) {
    return say(`readers.${look}`);
  }
  return reader.is_linked && reader.visit !== null
    ? sayCode("step", reader.visit.step)
    : say(`readers.${look}`);
}

function spentText(reader) {
  if (reader.ueid === null || reader.ceremony !== null) {
    return "";
  }
  if (!reader.is_linked) {
    return duration(since(reader.since));
  }
  return reader.visit === null ? "" : duration(since(reader.visit.step_since));
}

function todoText(look) {
  return ["unpaired", "away", "wanted", "left"].includes(look) ? say(`readers.todo.${look}`) : "";
}
