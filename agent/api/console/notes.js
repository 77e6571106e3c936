// What staff should notice about a result, the most important first.

import { say, sayCode, sayIfAny } from "./words.js";

// Codes of 資格有効性 (OQSCD006) with which somebody is insured.
const VALID = ["1", "6"];

export function parkedIn(state) {
  return new Set(state.relays.flatMap(({ parked }) => parked.map((each) => each.result)));
}

// It completed, and the eligibility source is still to be asked.
export function isLater(result, state) {
  const isOpen = result.outcome === "completed" && result.detail === null;
  return isOpen && result.handovers.length === 0 && state.eligibility.postponed > 0;
}

export function validityOf(result) {
  const validity = result.detail?.record?.qualification_validity;
  if (validity === undefined) {
    const look = { completed: "plain", failed: "doubt", abandoned: "quiet" }[result.outcome];
    return { look, text: sayCode("outcome", result.outcome) };
  }
  const look = VALID.includes(validity) ? "good" : "doubt";
  return { look, text: sayCode("oqs.006", validity) };
}

// Each is { key, look, text, todo }; looks are doubt, care, plain, quiet.
export function notesOf(result, state) {
  if (result.outcome !== "completed") {
    const look = result.outcome === "failed" ? "doubt" : "quiet";
    return [note(`failure.${result.failure ?? "none"}`, look)];
  }
  const { detail } = result;
  return [
    ...recordNotes(detail?.record ?? null),
    ...(parkedIn(state).has(result.id) ? [note("note.parked", "doubt")] : []),
    ...matchNotes(detail?.match ?? null),
    ...(detail?.notices ?? []).map((each) => note(`notice.${each}`, "care")),
    ...(detail?.unwritable.length > 0 ? [note("note.unwritable", "care")] : []),
    ...keepingNotes(result, state),
    ...(result.emergency ? [note(`emergency.${result.emergency}`, "care")] : []),
    ...(detail?.earlier.length > 0
      ? [note("note.again", "plain", { count: detail.earlier.length + 1 })]
      : []),
    ...(detail?.decisions ?? []).map((each) => note(`decision.${each}`, "plain")),
    ...(result.has_registered ? [note("note.registered", "quiet")] : []),
  ];
}

function recordNotes(record) {
  const todo = sayIfAny(`validity_todo.${record?.qualification_validity}`);
  const message = record?.processing_result_message ?? "";
  return [
    ...(todo ? [{ key: "validity", look: "doubt", text: todo, todo: "" }] : []),
    ...(message ? [{ key: "message", look: "care", text: message, todo: "" }] : []),
  ];
}

function matchNotes(match) {
  const looks = { none: "quiet", several: "care", contradiction: "doubt" };
  const isOpen = match !== null && match.chosen === null && match.answer in looks;
  return isOpen ? [note(`note.match_${match.answer}`, looks[match.answer])] : [];
}

function keepingNotes(result, state) {
  if (result.detail === null) {
    return isLater(result, state) ? [note("note.later", "care")] : [note("note.not_kept", "quiet")];
  }
  return result.detail.record === null ? [note("note.not_asked", "quiet")] : [];
}

function note(key, look, values = {}) {
  return { key, look, text: say(`${key}.what`, values), todo: sayIfAny(`${key}.todo`) };
}
