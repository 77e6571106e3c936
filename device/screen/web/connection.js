// The wire to the reader. It comes back by itself, and the reader then tells what is shown now.

const PROTOCOL = "uketsuke.screen.v1";
const TOKEN_REFUSED = 4401;
const RETRY_MS = 500;
const REFUSED_RETRY_MS = 5000;
const ALIVE_MS = 250;

export class Connection {
  #token;
  #listener;
  #socket = null;

  constructor(token, listener) {
    this.#token = token;
    this.#listener = listener;
    // Between two frames: a page that draws nothing any more says nothing either.
    setInterval(() => requestAnimationFrame(() => this.send({ type: "alive" })), ALIVE_MS);
  }

  open() {
    const subprotocols = this.#token ? [PROTOCOL, `token.${this.#token}`] : [PROTOCOL];
    this.#socket = new WebSocket(`ws://${location.host}/patient`, subprotocols);
    this.#socket.binaryType = "blob";
    this.#socket.addEventListener("message", ({ data }) => this.#hear(data));
    this.#socket.addEventListener("close", ({ code }) => {
      this.#listener.lost();
      setTimeout(() => this.open(), code === TOKEN_REFUSED ? REFUSED_RETRY_MS : RETRY_MS);
    });
  }

  send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify(message));
    }
  }

  #hear(data) {
    if (data instanceof Blob) {
      this.#listener.picture(data);
      return;
    }
    const message = JSON.parse(data);
    this.#listener[message.type]?.(message);
  }
}
