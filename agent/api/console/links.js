// The eligibility source and the doors of reception software: whether they take, and what waits.

import { button, element, mark, put } from "./element.js";
import { keep } from "./keyed.js";
import { duration, since, time } from "./moments.js";
import { nameOf } from "./list.js";
import { say, sayCode, sayWhy } from "./words.js";

// Where the clinic asks nobody.
const NO_SOURCE = "none";

const LOOKS = {
  ...{ there: "good", open: "good", unknown: "unknown" },
  ...{ away: "doubt", shut: "doubt", parked: "doubt" },
};

// `sendAgain` and `giveUp` are told a relay and the id of a result, `sendAllAgain` a relay.
export function drawLinks({ state, isLive, find, sendAgain, sendAllAgain, giveUp }) {
  const more = { isLive, sendAgain, sendAllAgain, giveUp };
  const relays = state.relays.map((relay) => relayItem(relay, find, more));
  const told = [eligibilityItem(state.eligibility), ...relays];
  // Nothing is known to work while nobody answers.
  const items = isLive ? told : told.map((each) => ({ ...each, look: "old" }));
  keep(document.querySelector("#link-list"), items, ({ key }) => key, makeLink);
}

// At a glance, in the head of the page; nothing of it while it is not live.
export function drawHealth(state, isLive) {
  const items = isLive ? healthOf(state) : [];
  keep(document.querySelector("#health"), items, ({ key }) => key, makeHealth);
}

function healthOf({ readers, relays, eligibility }) {
  const linked = readers.filter((each) => each.is_linked).length;
  const [waiting, parked] = [
    relays.reduce((sum, each) => sum + each.waiting, 0),
    relays.reduce((sum, each) => sum + each.parked_count, 0),
  ];
  const isLinked = linked === readers.length;
  const source = wordOfSource(eligibility);
  const worst = ["shut", "parked", "unknown", "open"].find((word) =>
    relays.some((each) => wordOfRelay(each) === word || (word === "parked" && parked > 0)),
  );
  return [
    health("readers", isLinked ? "there" : "away", "health.readers", { linked, all: readers.length }),
    ...(eligibility.source === NO_SOURCE
      ? []
      : [health("eligibility", source, `health.eligibility_${source}`)]),
    ...(relays.length > 0
      ? [health("relays", worst, `health.relays_${worst}`, { waiting, parked })]
      : []),
  ];
}

function health(key, how, word, values = {}) {
  return { key, look: LOOKS[how], text: say(word, values) };
}

function wordOfSource({ is_known, away_since }) {
  return away_since !== null ? "away" : is_known ? "there" : "unknown";
}

function wordOfRelay({ is_known, is_available }) {
  return !is_available ? "shut" : is_known ? "open" : "unknown";
}

function makeHealth() {
  const node = element("li");
  const update = ({ look, text }) => {
    mark(node, "look", look);
    put(node, text);
  };
  return { node, update };
}

function eligibilityItem(eligibility) {
  const { source, away_since, away_why, postponed } = eligibility;
  const word = wordOfSource(eligibility);
  const isAway = word === "away";
  const values = isAway ? { time: time(away_since), spent: duration(since(away_since)) } : {};
  return {
    key: "eligibility",
    look: LOOKS[word],
    name: sayCode("source", source),
    text: source === NO_SOURCE ? "" : say(`links.eligibility_${word}`, values),
    todo: isAway ? [say("links.eligibility_todo"), whyAway(away_why)].join(" ") : "",
    waiting: postponed > 0 ? say("links.postponed", { count: postponed }) : "",
    parked: [],
    allParked: [],
  };
}

function whyAway(why) {
  return why === null ? "" : say("links.eligibility_why", { why });
}

function relayItem(relay, find, more) {
  const word = wordOfRelay(relay);
  const parked = relay.parked.map((each) => ({
    ...each,
    ...more,
    relay: relay.relay,
    found: find(each.result),
  }));
  return {
    key: `relay ${relay.relay}`,
    look: LOOKS[word],
    name: sayCode("relay", relay.relay),
    text: say(`links.relay_${word}`),
    todo: relay.is_available ? "" : say("links.relay_todo"),
    waiting: relay.waiting > 0 ? say("links.waiting", { count: relay.waiting }) : "",
    parked,
    allParked: relay.parked_count > 1 ? [{ ...relay, ...more }] : [],
  };
}

function makeLink() {
  const [name, text] = [element("h3"), element("span", { class: "badge" })];
  const [waiting, todo] = [element("p"), element("p")];
  const allParked = element("div");
  const parked = element("ul", { class: "parked" });
  const head = element("div", { class: "head" }, name, text, waiting);
  const node = element("li", {}, head, todo, allParked, parked);
  const update = (link) => {
    mark(text, "look", link.look);
    put(name, link.name);
    put(text, link.text);
    put(waiting, link.waiting);
    put(todo, link.todo);
    keep(allParked, link.allParked, ({ relay }) => relay, makeAllParked);
    keep(parked, link.parked, ({ result }) => result, makeParked);
  };
  return { node, update };
}

function makeAllParked(current) {
  const text = element("p");
  const again = button({}, () => current().sendAllAgain(current().relay));
  const node = element("div", { class: "doing" }, text, again);
  const update = ({ parked_count: count, parked, isLive }) => {
    const shown = parked.length;
    put(text, say(shown < count ? "links.some_parked" : "links.all_parked", { count, shown }));
    put(again, say("links.send_all_again"));
    again.disabled = !isLive;
  };
  return { node, update };
}

function makeParked(current) {
  const text = element("p");
  const again = button({}, () => current().sendAgain(current().relay, current().result));
  const leave = button({ class: "plain" }, () => current().giveUp(current().relay, current().result));
  const node = element("li", {}, text, again, leave);
  const update = ({ result, why, found, isLive }) => {
    const who = found === null ? result : `${time(found.received_at)} ${nameOf(found)}`;
    put(text, say("links.parked", { who, why: sayWhy(why) }));
    put(again, say("links.send_again"));
    put(leave, say("links.give_up"));
    again.disabled = !isLive;
    leave.disabled = !isLive;
  };
  return { node, update };
}
