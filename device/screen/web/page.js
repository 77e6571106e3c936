// One page out of its words. Which words stand there is the reader's business.

import { button, element } from "./element.js";
import { fitMore, fitPage } from "./fit.js";

const PIN_LENGTH = 4;
const ERASE_POSITION = 9;
const CONFIRM_POSITION = 11;

const PICTURES = {
  idle: "place_card",
  recognising: "keep_card",
  checking: "keep_card",
  waiting: "keep_card",
  saving: "keep_card",
  finished: "done",
  take_card: "take_card",
  card_taken: "place_card",
  failed: "ask_staff",
  out_of_service: "ask_staff",
  unpaired: "ask_staff",
};

export function drawPage(page, touches) {
  const main = document.querySelector("#page");
  main.dataset.page = page.name;
  main.dataset.turn = page.turn;
  const isPad = page.pad.length > 0;
  const padChoices = isPad ? ["erase", "confirm"] : [];
  const below = page.choices.filter(({ name }) => !padChoices.includes(name));
  main.replaceChildren(
    ...picture(page),
    words(page),
    ...(isPad ? [pad(page, touches)] : []),
    ...(page.name === "face" ? [camera(page)] : []),
    ...(below.length > 0 ? [choices(below, touches)] : []),
  );
  fitPage();
  say("");
  main.querySelector("h1").focus();
}

export function drawHint({ hint, text }) {
  const place = document.querySelector(".hint");
  if (place) {
    place.dataset.hint = hint;
    place.textContent = text;
    fitMore();
  }
  say(text);
}

export function drawPinLength({ entered, text }) {
  const place = document.querySelector(".dots");
  if (!place) {
    return;
  }
  place.setAttribute("aria-label", text);
  // A PIN has so many digits; a password grows.
  if (!place.dataset.length) {
    place.replaceChildren(...Array.from({ length: entered }, () => element("span")));
  }
  [...place.children].forEach((dot, index) => dot.classList.toggle("is-in", index < entered));
  if (entered > 0) {
    say(text);
  }
}

export function drawPrintedCode({ entered, groups, text, doubt }) {
  const place = document.querySelector(".code");
  if (!place) {
    return;
  }
  place.replaceChildren(...groups.map(codeGroup));
  document.querySelector(".doubt").textContent = doubt;
  fitMore();
  if (entered > 0) {
    say(doubt || text);
  }
}

function codeGroup({ name, digits, length }) {
  const made = element("div", { class: "code-group" });
  made.append(element("p", { class: "code-name" }, name));
  // A figure space and an underline stand for what is still to come.
  const cells = [...digits.padEnd(length, "\u2007")].map((digit) => element("span", {}, digit));
  made.append(element("p", { class: "code-digits" }, ...cells));
  return made;
}

function say(text) {
  const place = document.querySelector("#announcement");
  if (place.textContent !== text) {
    place.textContent = text;
  }
}

function picture(page) {
  const own = PICTURES[page.name];
  const name = page.picture || (page.is_phone && own?.replace(/_card$/u, "_phone")) || own;
  const looks = { src: `pictures/${name}.svg`, alt: page.picture_text, class: "picture" };
  return name ? [element("img", looks)] : [];
}

function words(page) {
  const made = element("div", { class: "words" });
  const heading = element("div", { class: "heading" });
  heading.append(element("h1", { tabindex: "-1" }, page.title));
  if (page.lead) {
    heading.append(element("p", { class: "lead" }, page.lead));
  }
  made.append(heading);
  if (page.name === "pin") {
    made.append(dots(PIN_LENGTH));
  }
  if (page.name === "staff_password") {
    made.append(dots());
  }
  if (page.name === "printed_code") {
    made.append(element("div", { class: "code" }), element("p", { class: "doubt" }));
  }
  made.append(...page.paragraphs.map((text) => element("p", {}, text)));
  if (page.items.length > 0) {
    made.append(element("ul", { class: "items" }, ...page.items.map((it) => element("li", {}, it))));
  }
  made.append(...page.notices.map((text) => element("p", { class: "notice" }, text)));
  return made;
}

function dots(length = 0) {
  const made = element("div", { class: "dots", role: "img", "aria-label": "0" });
  if (length > 0) {
    made.dataset.length = `${length}`;
  }
  made.append(...Array.from({ length }, () => element("span")));
  return made;
}

function pad(page, touches) {
  const name = page.is_pad_scrambled ? page.labels.pad_scrambled : page.labels.pad;
  const made = element("div", { class: "pad", role: "group", "aria-label": name });
  const keyOf = { [ERASE_POSITION]: "erase", [CONFIRM_POSITION]: "confirm" };
  page.pad.forEach((face, position) => {
    const choice = page.choices.find(({ name }) => name === keyOf[position]);
    if (face !== "") {
      made.append(button(face, { class: "key" }, () => touches.press(position)));
    } else if (choice) {
      made.append(choiceButton(choice, touches));
    } else {
      made.append(element("span"));
    }
  });
  return made;
}

function camera(page) {
  return element(
    "div",
    { class: "camera" },
    element("canvas", { width: "640", height: "480", role: "img", "aria-label": page.labels.preview }),
    element("p", { class: "hint" }),
  );
}

function choices(offered, touches) {
  const made = element("div", { class: "choices" });
  made.append(...offered.map((choice) => choiceButton(choice, touches)));
  return made;
}

function choiceButton({ name, text }, touches) {
  const looks = { class: `choice choice-${name}`, "data-choice": name };
  return button(text, looks, (event) => touches.choose(name, event));
}
