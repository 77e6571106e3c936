// The results of today, as far as the agent has them.

import { dayOf, now } from "./moments.js";
import { isOpen } from "./notes.js";
import { Paced } from "./paced.js";

const A_PAGE = 100;
const MOST = 1000;

export class Results {
  #calls;
  #tell;
  #known = new Map();
  // Which reading each is of: whoever answers late does not take back what is newer.
  #readings = new Map();
  #reading = 0;
  #newest = 0;
  #looked = null;
  #open = new Paced(() => this.#readOpen());
  #one = new Paced(() => this.read(this.#looked));

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
        this.#readings.delete(id);
      }
    }
    return [...this.#known.values()].sort((one, other) => other.arrival - one.arrival);
  }

  // The newest ones, then page by page those before them, back to that arrival.
  async load(until = 1) {
    let page = await this.#page(`last=${A_PAGE}`);
    while (page.length > 0 && this.#known.size < MOST) {
      const [oldest] = page;
      if (oldest.arrival <= until || dayOf(oldest.received_at) !== dayOf(now())) {
        break;
      }
      const after = Math.max(0, oldest.arrival - 1 - A_PAGE);
      page = await this.#page(`after=${after}&most=${oldest.arrival - 1 - after}`);
    }
    this.#tell();
  }

  hear(result) {
    this.#keep(result, this.#begin());
    this.#tell();
  }

  // What became of the one that staff look at.
  refresh(id) {
    this.#looked = id;
    this.#one.want();
  }

  // What became of those that are still to be looked up or to be chosen, all in one list.
  refreshOpen() {
    this.#open.want();
  }

  async read(id) {
    const reading = this.#begin();
    this.#keep(await this.#calls.get(`/v1/results/${id}`), reading);
    this.#tell();
  }

  async #readOpen() {
    const arrivals = this.today().filter(isOpen).map(({ arrival }) => arrival);
    if (arrivals.length > 0) {
      await this.load(Math.min(...arrivals));
    }
  }

  async #page(query) {
    const reading = this.#begin();
    const { results } = await this.#calls.get(`/v1/results?${query}`);
    results.forEach((each) => this.#keep(each, reading));
    return results;
  }

  #begin() {
    this.#reading += 1;
    return this.#reading;
  }

  #keep(result, reading) {
    if (reading > (this.#readings.get(result.id) ?? 0)) {
      this.#readings.set(result.id, reading);
      this.#known.set(result.id, result);
      this.#newest = Math.max(this.#newest, result.arrival);
    }
  }
}
