// One TLS session and the messages in it: docs/HOSTLINK.md §5 and §6.

import { EventEmitter } from 'node:events';
import { Duplex } from 'node:stream';
import { connect } from 'node:tls';

import { MAX_MESSAGE_BYTES, MalformedMessage, decodeMessage, encodeMessage } from './messages.mjs';
import { MALFORMED_MESSAGE, PEER_NOT_TRUSTED, TLS_FAILED, VERSION_MISMATCH } from './reasons.mjs';

const UNRECOGNIZED_NAME = 'ERR_SSL_TLSV1_UNRECOGNIZED_NAME';
const LENGTH_BYTES = 4;

/** Emits `records` (to be sent), `message` and `fault` (a reason); nothing more after a fault. */
export class Session extends EventEmitter {
  peerCertificate = null; // what the reader shows, DER; after the handshake
  #partner;
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

  /** `partner`: as in `partner.mjs`. */
  constructor(partner) {
    super();
    this.#partner = partner;
  }

  /** Send the ClientHello, at once. */
  start() {
    this.#tls = connect({
      ...this.#partner.credentials,
      socket: this.#records,
      minVersion: 'TLSv1.3',
      ALPNProtocols: [this.#partner.alpn],
      servername: this.#partner.serverName,
      rejectUnauthorized: false, // the partner judges, without regard to any date
    });
    this.#tls.on('secureConnect', () => this.#checkPeer());
    this.#tls.on('data', (bytes) => this.#receive(bytes));
    this.#tls.on('error', ({ code }) =>
      this.#fail(code === UNRECOGNIZED_NAME ? PEER_NOT_TRUSTED : TLS_FAILED),
    );
    this.#tls.on('close', () => this.#fail(TLS_FAILED));
  }

  /** Bytes of the TLS session that came over the cable. */
  feed(records) {
    this.#records.push(records);
  }

  /** `whenSent` is called once the records are out. */
  send(message, whenSent) {
    const encoded = encodeMessage(message);
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32BE(encoded.length);
    this.#tls.write(Buffer.concat([length, encoded]), whenSent);
  }

  /** Forget the session; nothing is sent. */
  end() {
    this.#isOver = true;
    this.#tls.destroy();
    this.#records.destroy();
  }

  #checkPeer() {
    const shown = this.#tls.getPeerX509Certificate(); // Node gives the chain away only once
    this.peerCertificate = shown.raw;
    if (this.#tls.alpnProtocol !== this.#partner.alpn) {
      this.#fail(VERSION_MISMATCH);
    } else if (!this.#partner.believes(shown)) {
      this.#fail(PEER_NOT_TRUSTED);
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

  #fail(reason) {
    this.#emitUnlessOver('fault', reason);
  }

  #emitUnlessOver(event, what) {
    if (!this.#isOver) {
      this.emit(event, what);
    }
  }
}
