// The wire to the agent. It comes back by itself, each time a little later.

import { isAgentAlive } from "./calls.js";

const PROTOCOL = "uketsuke.agent.v1";
const TOKEN_REFUSED = 4401;
// Enough are connected, or too much was asked: it is let in again later.
const TOO_MANY = 4429;
const TOO_MANY_REQUESTS = 429;
// No token that is known, or not one of staff.
const REFUSALS = [401, 403];
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 10_000;
const LOOK_MS = 10_000;

export class Connection {
  #token;
  #listener;
  #socket = null;
  #retryMs = FIRST_RETRY_MS;

  // The listener hears `state`, `result`, `lost` (and whether the agent said it was too much) and
  // `refused`, and says `after` which arrival it
  // goes on; that may take a while, and may fail.
  constructor(token, listener) {
    this.#token = token;
    this.#listener = listener;
    setInterval(() => this.#look(), LOOK_MS);
  }

  async open() {
    try {
      const after = await this.#listener.after();
      this.#connect(after);
    } catch (error) {
      this.#end(REFUSALS.includes(error.status), error.status === TOO_MANY_REQUESTS);
    }
  }

  #connect(after) {
    const address = `ws://${location.host}/v1/ws?after=${after}`;
    const socket = new WebSocket(address, [PROTOCOL, `token.${this.#token}`]);
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      if (socket === this.#socket) {
        this.#retryMs = FIRST_RETRY_MS;
        const message = JSON.parse(data);
        this.#listener[message.event]?.(message.data);
      }
    });
    socket.addEventListener("close", ({ code }) => {
      if (socket === this.#socket) {
        this.#end(code === TOKEN_REFUSED, code === TOO_MANY);
      }
    });
  }

  #end(isRefused, isCrowded) {
    this.#socket = null;
    if (isRefused) {
      this.#listener.refused();
      return;
    }
    this.#listener.lost(isCrowded);
    setTimeout(() => this.open(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
  }

  async #look() {
    const socket = this.#socket;
    if (socket !== null && !(await isAgentAlive()) && socket === this.#socket) {
      socket.close();
      this.#end(false, false);
    }
  }
}
