// The agent's end of the link, epoch by epoch: docs/HOSTLINK.md §4 and §5.

import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';

import { Epoch, SEQUENCE } from './epoch.mjs';
import { DATA, FrameReader, MAX_PAYLOAD_BYTES, RESET, START, encodeFrame } from './frame.mjs';
import { agentProof, deviceProof, isSame } from './pairing.mjs';
import * as reasons from './reasons.mjs';
import { Session } from './session.mjs';

const NO_EPOCH = 0;
const FIRST_FATAL_TYPE = 0x80;
const PACE_MS = 250;
const HANDSHAKE_TIMEOUT_MS = 3000;
const PING_AFTER_MS = 1000;
const QUIET_SECONDS_UNTIL_DEAD = 3;
const PING_NONCE_BYTES = 8;
const LOWEST_VERSION = 1;
const HIGHEST_VERSION = 3;

/** Emits `up` (the device's hello, what it shows), `message` and `down` (a reason). */
export class Link extends EventEmitter {
  #cable;
  #partner;
  #hello;
  #reader = null;
  #epoch = null;
  #startedAtMs = -Infinity;
  #startTimer = null;
  #deadline = null;

  /** `partner`: as in `partner.mjs`; `hello` answers a DeviceHello: `{audience, unixMs}`. */
  constructor(cable, partner, hello) {
    super();
    this.#cable = cable;
    this.#partner = partner;
    this.#hello = hello;
    cable.on('open', () => this.#begin());
    cable.on('bytes', (bytes) => this.#receive(bytes));
    cable.on('lost', () => this.#loseCable());
  }

  /** Begin; listeners should be there. */
  open() {
    this.#cable.open();
  }

  /** Nothing is kept: without a session the message is lost, as one on a pulled cable is. */
  send(message, whenSent) {
    if (this.#epoch?.isUp) {
      this.#epoch.session.send(message, whenSent);
    }
  }

  /** Told to stop. */
  close() {
    this.#reader = null;
    this.fail(reasons.CLOSED);
    clearTimeout(this.#startTimer);
    this.#cable.close();
  }

  /** A fault that this end noticed. */
  fail(reason) {
    const epoch = this.#epoch;
    if (epoch !== null) {
      this.#end(reason);
      const payload = Buffer.from([reason]);
      this.#cable.write(encodeFrame({ type: RESET, epoch: epoch.number, seq: 0, payload }));
    }
  }

  #begin() {
    this.#reader = new FrameReader();
    this.#startWhenDue();
  }

  #loseCable() {
    this.#reader = null;
    clearTimeout(this.#startTimer);
    if (this.#epoch !== null) {
      this.#end(reasons.CABLE_LOST);
    }
  }

  #startWhenDue() {
    const due = this.#startedAtMs + PACE_MS - performance.now();
    clearTimeout(this.#startTimer);
    this.#startTimer = setTimeout(() => this.#start(), Math.max(0, due));
  }

  #start() {
    const session = new Session(this.#partner);
    const epoch = new Epoch(session);
    this.#epoch = epoch;
    this.#startedAtMs = epoch.startedAtMs;
    session.on('records', (bytes) => this.#sendRecords(epoch, bytes));
    session.on('message', (message) => this.#take(epoch, message));
    session.on('fault', (reason) => this.fail(reason));
    this.#setDeadline(HANDSHAKE_TIMEOUT_MS, () => this.fail(reasons.HANDSHAKE_TIMEOUT));
    session.start();
  }

  #end(reason) {
    clearTimeout(this.#deadline);
    this.#epoch.session.end();
    this.#epoch = null;
    this.emit('down', reason);
    if (this.#reader !== null) {
      this.#startWhenDue();
    }
  }

  #setDeadline(afterMs, act) {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(act, afterMs);
  }

  #sendRecords(epoch, bytes) {
    for (let from = 0; from < bytes.length; from += MAX_PAYLOAD_BYTES) {
      const payload = bytes.subarray(from, from + MAX_PAYLOAD_BYTES);
      const type = epoch.sent === 0 ? START : DATA;
      const seq = epoch.sent % SEQUENCE;
      this.#cable.write(encodeFrame({ type, epoch: epoch.number, seq, payload }));
      epoch.sent += 1;
    }
  }

  #receive(bytes) {
    for (const frame of this.#reader?.feed(bytes) ?? []) {
      if (frame === null) {
        this.fail(reasons.DAMAGED_FRAME);
      } else if (frame.type >= FIRST_FATAL_TYPE) {
        this.fail(reasons.UNSUPPORTED_FRAME);
      } else if (frame.type === RESET) {
        this.#takeReset(frame);
      } else if (frame.type === DATA && frame.epoch === this.#epoch?.number) {
        this.#takeData(this.#epoch, frame);
      }
    }
  }

  #takeReset({ epoch }) {
    const current = this.#epoch;
    if (current === null) {
      return;
    }
    const mayBeOld = performance.now() - current.startedAtMs < PACE_MS;
    if (epoch === current.number || (epoch === NO_EPOCH && !mayBeOld)) {
      this.#end(reasons.PEER_RESET);
    }
  }

  #takeData(epoch, { seq, payload }) {
    const distance = epoch.distanceOf(seq);
    if (distance > 0) {
      this.fail(reasons.GAP);
    } else if (distance === 0) {
      epoch.expectedSeq = (epoch.expectedSeq + 1) % SEQUENCE;
      if (epoch.isUp) {
        this.#hear(epoch);
      }
      epoch.session.feed(payload);
    }
  }

  #hear(epoch) {
    epoch.quietSeconds = 0;
    this.#setDeadline(PING_AFTER_MS, () => this.#endureSilence(epoch));
  }

  #endureSilence(epoch) {
    epoch.quietSeconds += 1;
    if (epoch.quietSeconds === QUIET_SECONDS_UNTIL_DEAD) {
      this.fail(reasons.SILENT);
      return;
    }
    epoch.session.send({ type: 'Ping', nonce: randomBytes(PING_NONCE_BYTES) });
    this.#setDeadline(PING_AFTER_MS, () => this.#endureSilence(epoch));
  }

  #take(epoch, message) {
    if (!epoch.isUp) {
      this.#greet(epoch, message);
    } else if (!this.#partner.fromDevice.has(message.type)) {
      this.fail(reasons.UNEXPECTED_MESSAGE);
    } else if (message.type === 'Ping') {
      epoch.session.send({ type: 'Pong', nonce: message.nonce });
    } else if (message.type !== 'Pong') {
      this.emit('message', message);
    }
  }

  /** The two messages of the device before the session is up. */
  #greet(epoch, message) {
    if (message.type === 'DeviceHello' && epoch.hello === null) {
      this.#answer(epoch, message);
    } else if (message.type === 'DeviceProof' && epoch.hello !== null) {
      this.#checkDevice(epoch, message);
    } else {
      this.fail(reasons.UNEXPECTED_MESSAGE);
    }
  }

  #answer(epoch, hello) {
    const version = Math.min(hello.highestVersion, HIGHEST_VERSION);
    if (version < Math.max(hello.lowestVersion, LOWEST_VERSION)) {
      this.fail(reasons.VERSION_MISMATCH);
      return;
    }
    const { challenge } = epoch;
    const proof = agentProof(this.#partner.secret, hello.challenge, challenge);
    const introduction = { version, ...this.#hello(hello), challenge, proof };
    epoch.hello = hello;
    epoch.session.send({ type: 'AgentHello', ...introduction });
  }

  #checkDevice(epoch, { proof }) {
    const { hello, challenge, session } = epoch;
    if (!isSame(proof, deviceProof(this.#partner.secret, hello.challenge, challenge))) {
      this.fail(reasons.NOT_PAIRED);
      return;
    }
    epoch.isUp = true;
    this.#hear(epoch);
    this.emit('up', hello, session.peerCertificate);
  }
}
