// The results of today, as far as the agent has them.

import { Refused } from "./calls.js";
import { dayOf, now } from "./moments.js";

const A_PAGE = 100;
const MOST = 1000;
const REFRESH_MS = 2000;
// Far below what the agent lets one client ask in a minute.
const MOST_AT_ONCE = 10;

export class Results {
  #calls;
  #tell;
  #known = new Map();
  #newest = 0;
  #wanted = new Set();
  #timer = null;

  // `tell` is called after each change.
  constructor(calls, tell) {
    this.#calls = calls;
    this.#tell = tell;
  }

  get newest() {
    return this.#newest;
  }

  find(id) {
    return this.#known.get(id) ?? null;
  }

  ofVisit(visit) {
    return [...this.#known.values()].find((each) => each.visit === visit) ?? null;
  }

  // Newest first. Yesterday's patients are nobody's business any more, and are forgotten.
  today() {
    const day = dayOf(now());
    for (const [id, result] of this.#known) {
      if (dayOf(result.received_at) !== day) {
        this.#known.delete(id);
      }
    }
    return [...this.#known.values()].sort((one, other) => other.arrival - one.arrival);
  }

  // The newest ones, then page by page those before them.
  async load() {
    let page = await this.#page(`last=${A_PAGE}`);
    while (page.length > 0 && this.#known.size < MOST) {
      const [oldest] = page;
      if (oldest.arrival <= 1 || dayOf(oldest.received_at) !== dayOf(now())) {
        break;
      }
      const after = Math.max(0, oldest.arrival - 1 - A_PAGE);
      page = await this.#page(`after=${after}&most=${oldest.arrival - 1 - after}`);
    }
    this.#tell();
  }

  hear(result) {
    this.#keep(result);
    this.#tell();
  }

  // What became of these meanwhile; at once for the first, then not too often.
  refresh(ids) {
    ids.forEach((id) => this.#wanted.add(id));
    if (this.#timer === null && this.#wanted.size > 0) {
      this.#timer = setTimeout(() => {
        this.#timer = null;
        this.refresh([]);
      }, REFRESH_MS);
      const wanted = [...this.#wanted].slice(0, MOST_AT_ONCE);
      wanted.forEach((id) => this.#wanted.delete(id));
      wanted.forEach((id) => this.#readAnew(id));
    }
  }

  async read(id) {
    this.hear(await this.#calls.get(`/v1/results/${id}`));
  }

  // What the agent refuses is left as it is; what did not arrive is asked for again.
  async #readAnew(id) {
    try {
      await this.read(id);
    } catch (error) {
      if (!(error instanceof Refused)) {
        this.refresh([id]);
      }
    }
  }

  async #page(query) {
    const { results } = await this.#calls.get(`/v1/results?${query}`);
    results.forEach((each) => this.#keep(each));
    return results;
  }

  #keep(result) {
    this.#known.set(result.id, result);
    this.#newest = Math.max(this.#newest, result.arrival);
  }
}
