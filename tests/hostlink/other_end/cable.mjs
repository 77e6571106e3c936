// The port: docs/HOSTLINK.md §2.
//
// Node's own library can neither lock a port nor forget what lies in its input. Neither is needed
// for the link to be right: old bytes are of another epoch.

import { execFileSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { constants, openSync } from 'node:fs';
import { ReadStream } from 'node:tty';

const REOPEN_AFTER_MS = [0, 50, 100, 200, 250];
const WRITE_TIMEOUT_MS = 1000;

/** One serial port that is opened again whenever it is lost; emits `open`, `bytes`, `lost`. */
export class Cable extends EventEmitter {
  #path;
  #port = null;
  #attempts = 0;
  #timer = null;
  #isClosed = false;

  constructor(path) {
    super();
    this.#path = path;
  }

  /** Begin; listeners should be there. */
  open() {
    const delays = REOPEN_AFTER_MS;
    const delay = delays[Math.min(this.#attempts, delays.length - 1)];
    this.#attempts += 1;
    this.#timer = setTimeout(() => this.#tryToOpen(), delay);
  }

  /** Send; a port that takes nothing for a second is lost. */
  write(bytes) {
    const port = this.#port;
    if (port === null) {
      return;
    }
    const isNotRead = setTimeout(() => port.destroy(), WRITE_TIMEOUT_MS);
    port.write(bytes, () => clearTimeout(isNotRead));
  }

  /** Let go of the port once everything is written. */
  close() {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#port?.write('', () => this.#port?.destroy());
  }

  #tryToOpen() {
    try {
      const descriptor = openSync(this.#path, constants.O_RDWR | constants.O_NOCTTY);
      execFileSync('stty', ['raw', '-echo'], { stdio: [descriptor, 'ignore', 'ignore'] });
      // Not only for reading: it is a socket over the whole terminal.
      this.#port = new ReadStream(descriptor);
    } catch {
      this.open();
      return;
    }
    this.#port.on('data', (bytes) => {
      this.#attempts = 0;
      this.emit('bytes', bytes);
    });
    this.#port.on('error', () => {}); // `close` follows
    this.#port.on('close', () => this.#lose());
    this.emit('open');
  }

  #lose() {
    this.#port = null;
    this.emit('lost');
    if (!this.#isClosed) {
      this.open();
    }
  }
}
