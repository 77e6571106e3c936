// What staff have to see to: what happened, what to do, and that it is done.

import { button, element, put } from "./element.js";
import { keep } from "./keyed.js";
import { dateAndTime, dayOf, now, time } from "./moments.js";
import { placeOf } from "./readers.js";
import { say, sayCode, sayWhy } from "./words.js";

const OF_RELAYS = ["relay_unavailable", "relay_refused", "prepared_lost"];

// `notShown`: how many more there are. `settle` an alarm; `open` the result of a visit, where the list has it.
export function drawAlarms({ alarms, notShown, isLive, resultOf, settle, open }) {
  // In the order in which they came up first: what is called again does not jump about.
  const items = [...alarms]
    .sort((one, other) => other.number - one.number)
    .map((alarm) => ({ alarm, isLive, result: resultOf(alarm.visit), settle, open }));
  put(document.querySelector("#alarms-count"), countText(items.length, notShown));
  keep(document.querySelector("#alarm-list"), items, ({ alarm }) => alarm.number, makeAlarm);
}

function countText(shown, notShown) {
  if (notShown > 0) {
    return say("alarms.some", { count: shown + notShown, shown });
  }
  return say(shown > 0 ? "alarms.count" : "alarms.none", { count: shown });
}

function makeAlarm(current) {
  const [what, todo] = [element("h3"), element("p")];
  const facts = element("p", { class: "quiet" });
  const opener = button({ class: "plain" }, () => current().open(current().result.id));
  const settler = button({}, () => current().settle(current().alarm.number));
  const doing = element("div", { class: "doing" }, facts, opener, settler);
  const node = element("li", { class: "alarm" }, what, todo, doing);
  const update = ({ alarm, isLive, result }) => {
    const title = say(`alarm.${alarm.alarm}.what`);
    put(what, title);
    put(todo, say(`alarm.${alarm.alarm}.todo`));
    put(facts, factsOf(alarm));
    put(opener, result === null ? "" : say("alarms.open"));
    put(settler, say("alarms.settle"));
    settler.setAttribute("aria-label", say("alarms.settle_this", { what: title }));
    settler.disabled = !isLive;
  };
  return { node, update };
}

function factsOf(alarm) {
  const isToday = dayOf(alarm.last_at) === dayOf(now());
  const last = isToday ? time(alarm.last_at) : dateAndTime(alarm.last_at);
  const times = alarm.times > 1 ? say("alarms.times", { times: alarm.times }) : "";
  const place = alarm.counter === "" ? "" : placeOf(alarm.counter);
  return [last, place, times, detailOf(alarm)].filter(Boolean).join(" · ");
}

// Of a relay it begins with its label, before the last colon.
function detailOf({ alarm, detail }) {
  if (detail === null || !OF_RELAYS.includes(alarm)) {
    return detail ?? "";
  }
  const at = detail.lastIndexOf(": ");
  return at === -1
    ? sayCode("relay", detail)
    : `${sayCode("relay", detail.slice(0, at))}: ${sayWhy(detail.slice(at + 2))}`;
}
