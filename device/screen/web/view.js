// How this patient sees the page: size of letters and colours. Gone with the visit.

import { button, element } from "./element.js";
import { fitPage } from "./fit.js";

const WAYS = {
  letters: ["standard", "large", "largest"],
  colours: ["standard", "strong", "dark", "soft"],
};

export function drawViewButton(page) {
  const open = button("", {}, () => openSettings(page));
  const name = element("span", { class: "view-name" }, page.labels.view);
  open.append(element("span", { class: "icon icon-view" }), name);
  document.querySelector("#view").replaceChildren(...(page.languages.length > 0 ? [open] : []));
}

export function forgetView() {
  const { dataset } = document.documentElement;
  Object.keys(WAYS).forEach((what) => delete dataset[what]);
}

function openSettings({ labels }) {
  const settings = document.querySelector("#view-settings");
  const close = button(labels.close, { class: "quiet" }, () => settings.close());
  settings.setAttribute("aria-label", labels.view);
  settings.replaceChildren(...Object.keys(WAYS).map((what) => group(what, labels)), close);
  settings.showModal();
}

function group(what, labels) {
  const name = labels[`view_${what}`];
  const made = element("div", { class: "view-group", role: "group", "aria-label": name });
  const ways = WAYS[what].map((way) => wayButton(what, way, labels));
  made.append(element("p", {}, name), ...ways);
  return made;
}

function wayButton(what, way, labels) {
  const { dataset } = document.documentElement;
  const isChosen = way === (dataset[what] ?? "standard");
  const looks = { [`data-${what}`]: way, "aria-pressed": String(isChosen) };
  return button(labels[`view_${what}_${way}`], looks, ({ currentTarget }) => {
    dataset[what] = way;
    for (const each of currentTarget.parentElement.querySelectorAll("button")) {
      each.setAttribute("aria-pressed", String(each === currentTarget));
    }
    fitPage();
  });
}
