// A field for a birth date. What was typed stands above it as it was understood: whoever confuses two
// eras sees an age that does not fit.

import { readBirthDate } from "./birth_dates.js";
import { element, put } from "./element.js";
import { birthday, dayOf, now } from "./moments.js";
import { say } from "./words.js";

const EXAMPLES = "S30.6.1  1955/6/1";

// The field with its label; `tell` is called when it was emptied by others.
export function birthDateField(name) {
  const understood = element("output", { class: "quiet" });
  const heading = element("span", { "data-word": `papers.${name}` });
  const limits = { autocomplete: "off", maxlength: 20, placeholder: EXAMPLES };
  const control = element("input", { name, ...limits });
  const tell = () => {
    const digits = pastDay(control.value);
    put(understood, digits === null ? "" : birthday(digits));
    const isClear = digits !== null || control.value.trim() === "";
    control.setCustomValidity(isClear ? "" : say("papers.birthdate_unclear"));
  };
  control.addEventListener("input", tell);
  const node = element("label", {}, element("span", {}, heading, " ", understood), control);
  return { node, tell };
}

function pastDay(text) {
  const digits = readBirthDate(text);
  return digits !== null && digits <= dayOf(now()).replaceAll("-", "") ? digits : null;
}
