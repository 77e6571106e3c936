// Makes one element. Text only ever becomes text: nothing is parsed as HTML.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

export function button(text, attributes, onTouch) {
  const made = element("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", onTouch);
  return made;
}
