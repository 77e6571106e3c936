// Over the page, when a patient has been silent for long: is somebody still there?

import { button, element } from "./element.js";

export function drawWarning({ left_s: leftS, title, text, choice }, choose) {
  const warning = document.querySelector("#warning");
  warning.close();
  if (leftS === 0) {
    return;
  }
  const goOn = button(choice.text, { class: "choice-more_time" }, () => choose(choice.name));
  const left = element("div", { class: "time-left" });
  left.style.setProperty("--left", `${leftS}s`);
  warning.replaceChildren(
    element("h2", { id: "warning-title" }, title),
    element("p", { id: "warning-text" }, text),
    left,
    goOn,
  );
  // Closing it by a key is a sign of life, too.
  warning.oncancel = () => choose(choice.name);
  warning.showModal();
}
