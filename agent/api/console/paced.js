// Reads something at once, then not too often, and again where it did not arrive.

import { Refused } from "./calls.js";

// Two of them in some windows stay far below what the agent lets one client ask in a minute.
const PACE_MS = 2000;
const TOO_MANY_REQUESTS = 429;

export class Paced {
  #read;
  #isWanted = false;
  #timer = null;

  constructor(read) {
    this.#read = read;
  }

  want() {
    this.#isWanted = true;
    if (this.#timer === null) {
      this.#go();
    }
  }

  async #go() {
    this.#isWanted = false;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#isWanted) {
        this.#go();
      }
    }, PACE_MS);
    try {
      await this.#read();
    } catch (error) {
      // What the agent refuses is left as it is.
      if (!(error instanceof Refused) || error.status === TOO_MANY_REQUESTS) {
        this.want();
      }
    }
  }
}
