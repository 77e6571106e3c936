// A field for a birth date. What was typed stands above it as it was understood: whoever confuses two
// eras sees an age that does not fit.

import { readBirthDate } from "./birth_dates.js";
import { element, put } from "./element.js";
import { birthday, dayOf, now } from "./moments.js";
import { say } from "./words.js";

const EXAMPLES = "S30.6.1  1955/6/1";

// The field with its label; `tell` says anew what was understood, also after others emptied it.
export function birthDateField(name) {
  const [id, heading_id, understood_id] = [name, `${name}-heading`, `${name}-understood`];
  const understood = element("output", { id: understood_id, class: "quiet" });
  const heading = element("span", { id: heading_id, "data-word": `papers.${name}` });
  const limits = { autocomplete: "off", maxlength: 20, placeholder: EXAMPLES };
  const described = { "aria-labelledby": heading_id, "aria-describedby": understood_id };
  const control = element("input", { id, name, ...limits, ...described });
  const tell = () => {
    const digits = pastDay(control.value);
    put(understood, digits === null ? "" : birthday(digits));
    const isClear = digits !== null || control.value.trim() === "";
    control.setCustomValidity(isClear ? "" : say("papers.birthdate_unclear"));
  };
  control.addEventListener("input", tell);
  const heads = element("span", {}, heading, " ", understood);
  // An output can have a label, too: by itself it would take this one.
  const node = element("label", { for: id }, heads, control);
  return { node, tell };
}

function pastDay(text) {
  const digits = readBirthDate(text);
  return digits !== null && digits <= dayOf(now()).replaceAll("-", "") ? digits : null;
}
