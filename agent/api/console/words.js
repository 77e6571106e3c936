// Everything that is said, in the language of this browser.

import { put } from "./element.js";

const KEY = "language";
export const LANGUAGES = { ja: "日本語", en: "English" };

let words = {};

export function language() {
  const kept = localStorage.getItem(KEY);
  return kept in LANGUAGES ? kept : "ja";
}

export async function speak(tag) {
  const answer = await fetch(`languages/${tag}.json`);
  words = await answer.json();
  localStorage.setItem(KEY, tag);
  document.documentElement.lang = tag;
  spell(document);
}

// Writes the fixed words below a node.
export function spell(node) {
  for (const each of node.querySelectorAll("[data-word]")) {
    put(each, say(each.dataset.word));
  }
}

export function say(key, values = {}) {
  const found = find(key);
  return typeof found === "string"
    ? found.replace(/\{(\w+)\}/g, (_, name) => values[name])
    : key;
}

// What only some things need to be said.
export function sayIfAny(key) {
  return find(key) ?? "";
}

// A code without a word is shown as it is: whoever sent it may know more than this page.
export function sayCode(table, code) {
  const found = find(`${table}.${code}`);
  return typeof found === "string" ? found : code;
}

// The agent tells in English why a relay has not got a result, in sentences with words of its own.
export function sayWhy(why) {
  for (const [sentence, text] of Object.entries(words.why)) {
    const pattern = sentence.replace(/[()]/g, "\\$&").replace(/\{(\w+)\}/g, "(?<$1>.+)");
    const found = why.match(new RegExp(`^${pattern}$`));
    if (found !== null) {
      return text.replace(/\{(\w+)\}/g, (_, name) => found.groups[name]);
    }
  }
  return why;
}

function find(key) {
  let at = words;
  for (const part of key.split(".")) {
    at = Object.hasOwn(Object(at), part) ? at[part] : undefined;
  }
  return at;
}
