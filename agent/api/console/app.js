// The console: keeps what the agent tells, draws it, and passes on what staff press. It decides
// nothing.

import { drawAlarms } from "./alarms.js";
import { ask } from "./ask.js";
import { Calls, Refused } from "./calls.js";
import { Connection } from "./connection.js";
import { buildDetail, drawDetail } from "./detail.js";
import { put } from "./element.js";
import { askToNotify, drawNotifyButton, Hands } from "./hands.js";
import { drawHealth, drawLinks } from "./links.js";
import { drawList, listenToKeys, nameOf } from "./list.js";
import { dayOf, now, setClock, time } from "./moments.js";
import { parkedIn, validityOf } from "./notes.js";
import { ReaderDialog } from "./pairing.js";
import { Papers } from "./papers.js";
import { drawReaders, placeOf } from "./readers.js";
import { Results } from "./results.js";
import { save } from "./save.js";
import { forgetToken, keepToken, listenToAddress, takeToken } from "./token.js";
import { language, LANGUAGES, say, sayIfAny, speak } from "./words.js";

const TICK_MS = 1000;

const token = await takeToken(isAccepted);
const calls = new Calls(token);
const results = new Results(calls, drawResults);
const hands = new Hands();
const papers = new Papers(calls, describe);
const readerDialog = new ReaderDialog(calls, describe);
const find = (id) => results.find(id);

let state = null;
// connecting, lost, crowded, refused; live, which the connection alone says; or unknown: this browser
// has no token.
let link = token === "" ? "unknown" : "connecting";
let liveAt = null;
let selected = null;
let listed = "";
// What of the state tells that an open result may have become another.
let watched = "";

const connection = new Connection(token, {
  async after() {
    if (state === null) {
      const first = await calls.get("/v1/state");
      keepToken(token);
      setClock(first.at);
      await results.load();
    }
    return results.newest;
  },
  state(told) {
    state = told;
    link = "live";
    setClock(told.at);
    lookAgain();
    draw();
  },
  result(result) {
    results.hear(result);
    const parts = [placeOf(result.counter), nameOf(result), validityOf(result).text];
    put(node("news"), parts.join(" "));
  },
  lost(isCrowded) {
    link = isCrowded ? "crowded" : "lost";
    watched = "";
    draw();
  },
  refused() {
    link = "refused";
    draw();
  },
});

function lookAgain() {
  const { choices, eligibility } = state;
  const key = `${choices} ${eligibility.postponed}`;
  if (key !== watched) {
    watched = key;
    results.refreshOpen();
  }
  if (selected !== null) {
    results.refresh(selected);
  }
}

function draw() {
  const isLive = link === "live";
  const isStranger = link === "unknown" || link === "refused";
  document.body.dataset.shown = isStranger ? "welcome" : state === null ? "nothing" : "all";
  node("welcome").hidden = !isStranger;
  put(node("welcome-title"), isStranger ? say(`welcome.${link}`) : "");
  drawNotifyButton();
  liveAt = isLive ? now() : liveAt;
  put(node("connection"), ["lost", "crowded"].includes(link) ? lostText() : "");
  if (state === null) {
    return;
  }
  if (isLive) {
    hands.draw(state);
  }
  drawHealth(state, isLive);
  drawReaders(state.readers, isLive, openReader);
  readerDialog.hear(state.readers);
  const resultOf = (visit) => results.ofVisit(visit);
  const { alarms, alarms_not_shown: notShown } = state;
  drawAlarms({ alarms, notShown, isLive, resultOf, settle, open });
  drawLinks({ state, isLive, find, sendAgain, sendAllAgain, giveUp });
  put(node("version"), state.version);
  put(node("clock"), isLive ? time(now(), "medium") : "");
  const key = [link, dayOf(now()), ...parkedIn(state)].join(" ");
  if (key !== listed) {
    listed = key;
    drawResults();
  }
}

function lostText() {
  if (link === "crowded") {
    return say("page.crowded");
  }
  return liveAt === null ? say("page.away") : say("page.old", { time: time(liveAt, "medium") });
}

function drawResults() {
  if (state !== null) {
    drawList({ results: results.today(), state, selected, open });
    const result = selected === null ? null : find(selected);
    drawDetail({ result, state, isLive: link === "live", find });
  }
}

function open(id) {
  selected = id;
  results.refresh(id);
  drawResults();
  node("detail-title").focus();
}

function close() {
  selected = null;
  drawResults();
  document.querySelector("#result-list button[tabindex='0']")?.focus();
}

function openReader(counter) {
  readerDialog.open(state.readers.find((each) => each.counter === counter));
}

function settle(number) {
  act("settled", () => calls.post(`/v1/alarms/${number}/settle`));
}

function choose(id, patient) {
  act("chosen", async () => {
    await calls.put(`/v1/results/${id}/match`, { patient });
    await results.read(id);
  });
}

function sendAgain(relay, result) {
  act("sent_again", () => postTo(relay, `send-again?result=${result}`));
}

async function sendAllAgain(relay) {
  if (await ask("send_all_again")) {
    act("all_sent_again", () => postTo(relay, "send-all-again"));
  }
}

async function giveUp(relay, result) {
  if (await ask("give_up")) {
    act("given_up", () => postTo(relay, `give-up?result=${result}`));
  }
}

function postTo(relay, what) {
  return calls.post(`/v1/relays/${encodeURIComponent(relay)}/${what}`);
}

async function act(done, call) {
  try {
    await call();
    put(node("answer"), say(`answer.${done}`));
  } catch (error) {
    put(node("answer"), describe(error));
  }
}

function describe(error) {
  if (!(error instanceof Refused)) {
    return say("error.unreachable");
  }
  const known = sayIfAny(`error.${error.status}`) || say("error.other");
  return error.detail === "" ? known : `${known} (${error.detail})`;
}

async function saveTrail() {
  const button = node("trail");
  button.disabled = true;
  await act("trail_saved", async () => save(await calls.file("/v1/audit-trail")));
  button.disabled = false;
}

async function signOut() {
  if (await ask("sign_out")) {
    forgetToken();
    location.reload();
  }
}

async function isAccepted(token) {
  try {
    await new Calls(token).get("/v1/state");
    return true;
  } catch {
    return false;
  }
}

function otherLanguage() {
  return Object.keys(LANGUAGES).find((tag) => tag !== language());
}

async function speakAndDraw(tag) {
  await speak(tag);
  const button = node("language");
  put(button, LANGUAGES[otherLanguage()]);
  button.lang = otherLanguage();
  document.title = say("page.title");
  put(node("news"), "");
  put(node("calls"), "");
  put(node("answer"), "");
  draw();
  drawResults();
}

// Of whoever came to nothing at a reader, or of somebody who was at none.
function seePaper(result = null) {
  const counters = state.readers.map(({ counter }) => counter).filter(Boolean);
  papers.open(counters, state.eligibility.can_look_up, result);
}

function node(id) {
  return document.getElementById(id);
}

buildDetail({ close, open, choose, seePaper });
listenToKeys();
listenToAddress();
node("search").addEventListener("input", drawResults);
node("language").addEventListener("click", () => speakAndDraw(otherLanguage()));
node("notify").addEventListener("click", askToNotify);
node("trail").addEventListener("click", saveTrail);
node("forget").addEventListener("click", signOut);
node("paper-open").addEventListener("click", () => seePaper());
await speakAndDraw(language());
setInterval(draw, TICK_MS);
if (link === "connecting") {
  connection.open();
}
