// What staff should notice about a result, the most important first.

import { day, dayOf, daysUntil, monthsAfter } from "./moments.js";
import { say, sayCode, sayIfAny } from "./words.js";

// Codes of 資格有効性 (OQSCD006) with which somebody is insured.
const VALID = ["1", "6"];
// Answers about the clinic's patients from which staff choose.
export const CHOOSABLE = ["several", "contradiction"];
// Those that are told in the list too.
const MATCH_LOOKS = { none: "quiet", several: "care", contradiction: "doubt" };
// So many months after its end a certificate cannot be used at all.
const COUNTED = { certificate_expires_soon: 0, certificate_in_grace: 3 };
const NO_DETAIL_NOTES = {
  looked_up_later: ["note.later", "care"],
  not_kept: ["note.not_kept", "quiet"],
  not_genuine: ["note.not_genuine", "doubt"],
};

export function parkedIn(state) {
  return new Set(state.relays.flatMap(({ parked }) => parked.map((each) => each.result)));
}

// Somebody is still to be looked up, or to be chosen at this window or another.
export function isOpen({ detail, why_no_detail }) {
  const match = detail?.match ?? null;
  const isToBeChosen = match !== null && match.chosen === null && CHOOSABLE.includes(match.answer);
  return isToBeChosen || why_no_detail === "looked_up_later";
}

// What is kept of it cannot be believed, so nothing is said of how it went.
function isNotGenuine({ why_no_detail }) {
  return why_no_detail === "not_genuine";
}

export function validityOf(result) {
  const record = result.detail?.record ?? null;
  if (isNotGenuine(result)) {
    return { look: "doubt", text: say("today.not_genuine") };
  }
  if (record === null) {
    const look = { completed: "plain", failed: "doubt", abandoned: "quiet" }[result.outcome];
    return { look, text: sayCode("outcome", result.outcome) };
  }
  return validityIn(record);
}

// Of an answer of the eligibility source.
export function validityIn({ qualification_validity: validity }) {
  const look = VALID.includes(validity) ? "good" : "doubt";
  return { look, text: sayCode("oqs.006", validity) };
}

// Each is { key, look, text, todo }; looks are doubt, care, plain, quiet.
export function notesOf(result, state) {
  if (result.outcome !== "completed" && !isNotGenuine(result)) {
    const look = result.outcome === "failed" ? "doubt" : "quiet";
    return [note(`failure.${result.failure ?? "none"}`, look)];
  }
  const { detail } = result;
  return [
    ...lateNotes(result),
    ...(detail?.record ? recordNotes(detail.record) : []),
    ...(parkedIn(state).has(result.id) ? [note("note.parked", "doubt")] : []),
    ...matchNotes(detail?.match ?? null),
    ...(detail?.notices ?? []).map((each) => noticeNote(each, detail.certificate_ends)),
    ...(detail?.unwritable.length > 0 ? [note("note.unwritable", "care")] : []),
    ...keepingNotes(result),
    ...(result.emergency ? [note(`emergency.${result.emergency}`, "care")] : []),
    ...(detail?.earlier.length > 0
      ? [note("note.again", "plain", { count: detail.earlier.length + 1 })]
      : []),
    ...(detail?.decisions ?? []).map((each) => note(`decision.${each}`, "plain")),
    ...(result.has_registered ? [note("note.registered", "quiet")] : []),
  ];
}

export function recordNotes(record) {
  const todo = sayIfAny(`validity_todo.${record.qualification_validity}`);
  const message = record.processing_result_message ?? "";
  return [
    ...(todo ? [{ key: "validity", look: "doubt", text: todo, todo: "" }] : []),
    ...(message ? [{ key: "message", look: "care", text: message, todo: "" }] : []),
  ];
}

// Of a certificate with the days that are left, where the agent knows its end.
function noticeNote(notice, ends) {
  const told = note(`notice.${notice}`, "care");
  if (ends === null || !(notice in COUNTED)) {
    return told;
  }
  const until = monthsAfter(ends, COUNTED[notice]);
  const values = { ends: day(ends), until: day(until), days: daysUntil(until) };
  return { ...told, text: say(`countdown.${notice}`, values) };
}

// The visit counts to the day when its insurance was looked up, whenever its result came.
function lateNotes({ detail, received_at }) {
  if (detail === null || dayOf(detail.answered_at) === dayOf(received_at)) {
    return [];
  }
  const itsDay = dayOf(detail.answered_at).replaceAll("-", "");
  return [note("note.late", "doubt", { day: day(itsDay) })];
}

function matchNotes(match) {
  const isTold = match !== null && match.chosen === null && match.answer in MATCH_LOOKS;
  return isTold ? [note(`note.match_${match.answer}`, MATCH_LOOKS[match.answer])] : [];
}

function keepingNotes({ detail, why_no_detail }) {
  if (detail === null) {
    return [note(...NO_DETAIL_NOTES[why_no_detail])];
  }
  return detail.record === null ? [note("note.not_asked", "quiet")] : [];
}

function note(key, look, values = {}) {
  return { key, look, text: say(`${key}.what`, values), todo: sayIfAny(`${key}.todo`) };
}
