// The agent's part in one pairing: docs/HOSTLINK.md §9. Messages and a person's answer in,
// messages out.

import { randomBytes, verify } from 'node:crypto';

import { NONCE_BYTES, SECRET_BYTES } from './pairing.mjs';
import { codeOf, commitmentOf, isSame, statementOf } from './pairing.mjs';
import { InvalidResult, checkChain, checkDevice, readCertificates } from './result.mjs';
import { REFUSALS } from './terms.mjs';

/** One attempt. */
export class Ceremony {
  #request;
  #ueid;
  #sessionCertificate;
  #roots;
  #nonce = randomBytes(NONCE_BYTES);
  #secret = randomBytes(SECRET_BYTES);
  #committed = null;
  #readerNonce = null;
  #isConfirmed = false;
  #hasAnswered = false;
  refusal = null; // its number, once the attempt came to nothing
  paired = null; // `{secret, readerCertificate}`, once it succeeded

  /** `request`: the first message; `shown`: what the reader shows in this session, DER. */
  constructor(request, ueid, shown, roots) {
    this.#request = request;
    this.#ueid = ueid;
    this.#sessionCertificate = shown;
    this.#roots = roots;
  }

  get isOver() {
    return this.paired !== null || this.refusal !== null;
  }

  /** Six digits; null: not known yet. */
  get code() {
    return this.#readerNonce && codeOf(this.#terms(), this.#readerNonce, this.#nonce);
  }

  /** Whether somebody said yes at the reader, and is to say so here. */
  get isAsking() {
    return this.#isConfirmed && !this.#hasAnswered && !this.isOver;
  }

  /** What is to be sent back; null: nothing. */
  received(message) {
    if (this.isOver) {
      return null;
    }
    if (message.type === 'PairingCommitted' && this.#committed === null) {
      this.#committed = message;
      return { type: 'PairingNonce', nonce: this.#nonce };
    }
    if (message.type === 'PairingRevealed' && this.#committed && this.#readerNonce === null) {
      return this.#checkNonce(message.nonce);
    }
    if (message.type === 'PairingConfirmed' && this.#readerNonce && !this.#isConfirmed) {
      return this.#checkStatement(message);
    }
    if (message.type === 'PairingKept' && this.#hasAnswered) {
      this.paired = { secret: this.#secret, readerCertificate: this.#committed.certificate };
      return null;
    }
    if (message.type === 'PairingRefused') {
      this.refusal = message.reason;
      return null;
    }
    return this.#giveUp('not-genuine');
  }

  /** The person has compared; what the reader is told. */
  answered(isSameCode) {
    if (!isSameCode) {
      return this.#giveUp('digits-differ');
    }
    this.#hasAnswered = true;
    return { type: 'PairingSecret', secret: this.#secret };
  }

  #giveUp(reason) {
    this.refusal = REFUSALS[reason];
    return { type: 'PairingRefused', reason: this.refusal };
  }

  #checkNonce(nonce) {
    if (!isSame(commitmentOf(this.#terms(), nonce), this.#committed.commitment)) {
      return this.#giveUp('not-genuine');
    }
    this.#readerNonce = nonce;
    return null;
  }

  #checkStatement({ chain, signature }) {
    const statement = statementOf(this.#terms(), this.#readerNonce, this.#nonce);
    if (!isSignedBy(this.#ueid, statement, chain, signature, this.#roots)) {
      return this.#giveUp('not-genuine');
    }
    this.#isConfirmed = true;
    return null;
  }

  #terms() {
    return {
      sessionCertificate: this.#sessionCertificate,
      readerCertificate: this.#committed.certificate,
      agentCertificate: this.#request.certificate,
      audience: this.#request.audience,
      agentName: this.#request.name,
    };
  }
}

/** Whether a reader of the maker, by this name, signed the statement. */
function isSignedBy(ueid, statement, encodings, signature, roots) {
  try {
    const chain = readCertificates(encodings);
    checkChain(chain, roots);
    checkDevice(chain[0], ueid);
    return verify('sha256', statement, chain[0].publicKey, signature);
  } catch (error) {
    if (error instanceof InvalidResult) {
      return false;
    }
    throw error;
  }
}
