// Puts a file where the browser puts what is downloaded.

import { element } from "./element.js";

export function save({ name, blob }) {
  const address = URL.createObjectURL(blob);
  element("a", { href: address, download: name }).click();
  URL.revokeObjectURL(address);
}
