// The eligibility source and the doors of reception software: whether they take, and what waits.

import { button, element, mark, put } from "./element.js";
import { keep } from "./keyed.js";
import { duration, since, time } from "./moments.js";
import { nameOf } from "./list.js";
import { say } from "./words.js";

// `sendAgain` and `giveUp` are told a relay and the id of a result.
export function drawLinks({ state, isLive, find, sendAgain, giveUp }) {
  const more = { isLive, sendAgain, giveUp };
  const relays = state.relays.map((relay) => relayItem(relay, find, more));
  const items = [eligibilityItem(state.eligibility), ...relays];
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
    relays.reduce((sum, each) => sum + each.parked.length, 0),
  ];
  const isShut = relays.some((each) => !each.is_available);
  const isAway = eligibility.away_since !== null;
  const relaysWord = isShut ? "shut" : parked > 0 ? "parked" : "open";
  const items = [
    health("readers", linked === readers.length, "health.readers", { linked, all: readers.length }),
    health("eligibility", !isAway, `health.eligibility_${isAway ? "away" : "there"}`),
    health("relays", relaysWord === "open", `health.relays_${relaysWord}`, { waiting, parked }),
  ];
  return relays.length > 0 ? items : items.slice(0, 2);
}

function health(key, isGood, word, values = {}) {
  return { key, look: isGood ? "good" : "doubt", text: say(word, values) };
}

function makeHealth() {
  const node = element("li");
  const update = ({ look, text }) => {
    mark(node, "look", look);
    put(node, text);
  };
  return { node, update };
}

function eligibilityItem({ source, away_since, postponed }) {
  const isAway = away_since !== null;
  const values = isAway ? { time: time(away_since), spent: duration(since(away_since)) } : {};
  return {
    key: "eligibility",
    look: isAway ? "doubt" : "good",
    name: say("links.eligibility", { source }),
    text: say(`links.eligibility_${isAway ? "away" : "there"}`, values),
    todo: isAway ? say("links.eligibility_todo") : "",
    waiting: postponed > 0 ? say("links.postponed", { count: postponed }) : "",
    parked: [],
  };
}

function relayItem(relay, find, more) {
  const word = relay.is_available ? "open" : "shut";
  const parked = relay.parked.map((each) => ({
    ...each,
    ...more,
    relay: relay.relay,
    found: find(each.result),
  }));
  return {
    key: `relay ${relay.relay}`,
    look: relay.is_available ? "good" : "doubt",
    name: relay.relay,
    text: say(`links.relay_${word}`),
    todo: relay.is_available ? "" : say("links.relay_todo"),
    waiting: relay.waiting > 0 ? say("links.waiting", { count: relay.waiting }) : "",
    parked,
  };
}

function makeLink() {
  const [name, text] = [element("h3"), element("span", { class: "badge" })];
  const [waiting, todo] = [element("p"), element("p")];
  const parked = element("ul", { class: "parked" });
  const head = element("div", { class: "head" }, name, text, waiting);
  const node = element("li", {}, head, todo, parked);
  const update = (link) => {
    mark(text, "look", link.look);
    put(name, link.name);
    put(text, link.text);
    put(waiting, link.waiting);
    put(todo, link.todo);
    keep(parked, link.parked, ({ result }) => result, makeParked);
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
    put(text, say("links.parked", { who, why }));
    put(again, say("links.send_again"));
    put(leave, say("links.give_up"));
    again.disabled = !isLive;
    leave.disabled = !isLive;
  };
  return { node, update };
}
