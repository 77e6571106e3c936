// One TLS session and the messages in it: docs/HOSTLINK.md §5 and §6.

import { EventEmitter } from 'node:events';
import { Duplex } from 'node:stream';
import { connect } from 'node:tls';

import { MAX_MESSAGE_BYTES, MalformedMessage, decodeMessage, encodeMessage } from './messages.mjs';
import { MALFORMED_MESSAGE, PEER_NOT_TRUSTED, TLS_FAILED, VERSION_MISMATCH } from './reasons.mjs';

const ALPN = 'uketsuke/1';
const LENGTH_BYTES = 4;

/** Emits `records` (to be sent), `message` and `fault` (a reason); nothing more after a fault. */
export class Session extends EventEmitter {
  #tls = null;
  #received = Buffer.alloc(0);
  #isOver = false;
  #records = new Duplex({
    read: () => {},
    write: (bytes, _, done) => {
      this.#emitUnlessOver('records', bytes);
      done();
    },
  });

  /** Send the ClientHello, at once. `credentials`: `{cert, key, ca}`, PEM. */
  start(credentials) {
    this.#tls = connect({
      ...credentials,
      socket: this.#records,
      minVersion: 'TLSv1.3',
      ALPNProtocols: [ALPN],
      checkServerIdentity: () => undefined, // a reader has no host name
    });
    this.#tls.on('secureConnect', () => this.#checkProtocol());
    this.#tls.on('data', (bytes) => this.#receive(bytes));
    this.#tls.on('error', () => this.#failOfTls());
    this.#tls.on('close', () => this.#failOfTls());
  }

  /** Bytes of the TLS session that came over the cable. */
  feed(records) {
    this.#records.push(records);
  }

  send(message) {
    const encoded = encodeMessage(message);
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32BE(encoded.length);
    this.#tls.write(Buffer.concat([length, encoded]));
  }

  /** Forget the session; nothing is sent. */
  end() {
    this.#isOver = true;
    this.#tls.destroy();
    this.#records.destroy();
  }

  #checkProtocol() {
    if (this.#tls.alpnProtocol !== ALPN) {
      this.#fail(VERSION_MISMATCH);
    }
  }

  #receive(bytes) {
    this.#received = Buffer.concat([this.#received, bytes]);
    try {
      for (const message of this.#completeMessages()) {
        this.#emitUnlessOver('message', message);
      }
    } catch (error) {
      if (!(error instanceof MalformedMessage)) {
        throw error;
      }
      this.#fail(MALFORMED_MESSAGE);
    }
  }

  *#completeMessages() {
    while (this.#received.length >= LENGTH_BYTES) {
      const length = this.#received.readUInt32BE(0);
      if (length === 0 || length > MAX_MESSAGE_BYTES) {
        throw new MalformedMessage('length');
      }
      const end = LENGTH_BYTES + length;
      if (this.#received.length < end) {
        return;
      }
      const encoded = this.#received.subarray(LENGTH_BYTES, end);
      this.#received = this.#received.subarray(end);
      yield decodeMessage(encoded);
    }
  }

  #failOfTls() {
    this.#fail(this.#tls.authorizationError ? PEER_NOT_TRUSTED : TLS_FAILED);
  }

  #fail(reason) {
    this.#emitUnlessOver('fault', reason);
  }

  #emitUnlessOver(event, what) {
    if (!this.#isOver) {
      this.emit(event, what);
    }
  }
}
