// The agent's end of the link, epoch by epoch: docs/HOSTLINK.md §4 and §5.

import { randomBytes, randomInt } from 'node:crypto';
import { EventEmitter } from 'node:events';

import { DATA, FrameReader, MAX_PAYLOAD_BYTES, RESET, START, encodeFrame } from './frame.mjs';
import * as reasons from './reasons.mjs';
import { Session } from './session.mjs';

const NO_EPOCH = 0;
const EPOCHS = 2 ** 32;
const SEQUENCE = 2 ** 16;
const FIRST_FATAL_TYPE = 0x80;
const PACE_MS = 250;
const HANDSHAKE_TIMEOUT_MS = 3000;
const PING_AFTER_MS = 1000;
const QUIET_SECONDS_UNTIL_DEAD = 3;
const PING_NONCE_BYTES = 8;
const VERSION = 1;
const FROM_DEVICE = new Set(['Ping', 'Pong', 'VisitOpened', 'IdentityProven', 'SignedResult']);

/** The session of one epoch, and what counts within it. */
class Epoch {
  isUp = false;
  sent = 0;
  expectedSeq = 0;
  quietSeconds = 0;

  constructor(session) {
    this.number = randomInt(1, EPOCHS);
    this.session = session;
    this.startedAtMs = performance.now();
  }

  /** This frame as 0: the next; negative: a repetition; positive: something is missing. */
  distanceOf(seq) {
    const ahead = (seq - this.expectedSeq + SEQUENCE) % SEQUENCE;
    return ahead < SEQUENCE / 2 ? ahead : ahead - SEQUENCE;
  }
}

/** Emits `up`, `message` and `down` (a reason). */
export class Link extends EventEmitter {
  #cable;
  #credentials;
  #hello;
  #reader = null;
  #epoch = null;
  #startedAtMs = -Infinity;
  #startTimer = null;
  #deadline = null;

  /** `hello` answers a DeviceHello: `{audience, unixMs}`. */
  constructor(cable, credentials, hello) {
    super();
    this.#cable = cable;
    this.#credentials = credentials;
    this.#hello = hello;
    cable.on('open', () => this.#begin());
    cable.on('bytes', (bytes) => this.#receive(bytes));
    cable.on('lost', () => this.#loseCable());
  }

  /** Nothing is kept: without a session the message is lost, as one on a pulled cable is. */
  send(message) {
    if (this.#epoch?.isUp) {
      this.#epoch.session.send(message);
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
    const session = new Session();
    const epoch = new Epoch(session);
    this.#epoch = epoch;
    this.#startedAtMs = epoch.startedAtMs;
    session.on('records', (bytes) => this.#sendRecords(epoch, bytes));
    session.on('message', (message) => this.#take(epoch, message));
    session.on('fault', (reason) => this.fail(reason));
    this.#setDeadline(HANDSHAKE_TIMEOUT_MS, () => this.fail(reasons.HANDSHAKE_TIMEOUT));
    session.start(this.#credentials);
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
    } else if (!FROM_DEVICE.has(message.type)) {
      this.fail(reasons.UNEXPECTED_MESSAGE);
    } else if (message.type === 'Ping') {
      epoch.session.send({ type: 'Pong', nonce: message.nonce });
    } else if (message.type !== 'Pong') {
      this.emit('message', message);
    }
  }

  #greet(epoch, message) {
    if (message.type !== 'DeviceHello') {
      this.fail(reasons.UNEXPECTED_MESSAGE);
    } else if (message.lowestVersion > VERSION || message.highestVersion < VERSION) {
      this.fail(reasons.VERSION_MISMATCH);
    } else {
      epoch.session.send({ type: 'AgentHello', version: VERSION, ...this.#hello(message) });
      epoch.isUp = true;
      this.#hear(epoch);
      this.emit('up', message);
    }
  }
}
