// Makes and changes elements. Text only ever becomes text: nothing is parsed as HTML.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

export function button(attributes, onPress) {
  const made = element("button", { type: "button", ...attributes });
  made.addEventListener("click", onPress);
  return made;
}

// What is as it was is not touched, so that nobody hears it again.
export function put(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

export function mark(node, name, value) {
  if (node.dataset[name] !== value) {
    node.dataset[name] = value;
  }
}
