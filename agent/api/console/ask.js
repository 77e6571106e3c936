// A question before something that cannot be undone. Doing nothing is what the Enter key finds.

import { button, element, put } from "./element.js";
import { say } from "./words.js";

export function ask(question) {
  const dialog = document.querySelector("#question");
  const title = element("h2", { id: "question-title" });
  const text = element("p", { id: "question-text" });
  put(title, say(`${question}.title`));
  put(text, say(`${question}.text`));
  return new Promise((answered) => {
    const leave = button({ autofocus: "" }, () => dialog.close("no"));
    const doIt = button({ class: "grave" }, () => dialog.close("yes"));
    put(leave, say(`${question}.no`));
    put(doIt, say(`${question}.yes`));
    dialog.replaceChildren(title, text, element("div", { class: "doing" }, leave, doIt));
    dialog.returnValue = "no";
    dialog.addEventListener("close", () => answered(dialog.returnValue === "yes"), { once: true });
    dialog.showModal();
  });
}
