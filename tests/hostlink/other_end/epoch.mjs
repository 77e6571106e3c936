// The session of one epoch, and what counts within it: docs/HOSTLINK.md §4.

import { randomBytes, randomInt } from 'node:crypto';

import { NONCE_BYTES } from './pairing.mjs';

export const SEQUENCE = 2 ** 16;
const EPOCHS = 2 ** 32;

export class Epoch {
  isUp = false;
  sent = 0;
  expectedSeq = 0;
  quietSeconds = 0;
  hello = null; // the device's
  challenge = randomBytes(NONCE_BYTES); // ours

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
