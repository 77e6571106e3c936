// The language button: with two languages it changes at once, with more it opens a list.

import { button, element } from "./element.js";

export function drawLanguages(page, speak) {
  const place = document.querySelector("#languages");
  const others = page.languages.filter(([tag]) => tag !== page.language);
  if (others.length === 1) {
    const [[tag, name]] = others;
    place.replaceChildren(button(name, { lang: tag }, () => speak(tag)));
  } else if (others.length > 1) {
    const open = button("", {}, () => openList(page, speak));
    const name = element("span", { class: "language-name" }, page.labels.language);
    open.append(element("span", { class: "icon icon-language" }), name);
    place.replaceChildren(open);
  } else {
    place.replaceChildren();
  }
}

function openList(page, speak) {
  const list = document.querySelector("#language-list");
  const choices = page.languages.map(([tag, name]) =>
    button(name, { lang: tag, "aria-pressed": String(tag === page.language) }, () => {
      list.close();
      speak(tag);
    }),
  );
  list.setAttribute("aria-label", page.labels.language);
  const close = button(page.labels.close, { class: "quiet" }, () => list.close());
  list.replaceChildren(element("div", { class: "language-choices" }, ...choices, close));
  list.showModal();
}
