// What the agent answers to each message of a visit: docs/HOSTLINK.md §6.

import { createHash, randomBytes } from 'node:crypto';

import { signatureOf } from './proof.mjs';
import { InvalidResult, verifyResult } from './result.mjs';
import { FAILURES } from './terms.mjs';

const NONCE_BYTES = 16;
const CHALLENGE_BYTES = 32;

/** One reader's visits and results. */
export class Desk {
  #terms;
  #store;
  #tell;
  #isRolledBack = false;
  #visits = new Map();

  /**
   * `terms`: `{audience, roots, patient}`, where `patient` is what VisitOptions says of everybody;
   * `tell` hears what happened, without names.
   */
  constructor(terms, store, tell) {
    this.#terms = terms;
    this.#store = store;
    this.#tell = tell;
  }

  /** The agent's side of the hellos. */
  hello({ ueid, nextSeq }) {
    this.#isRolledBack = nextSeq <= this.#store.highestSeq(ueid);
    return { audience: this.#terms.audience, unixMs: Date.now() };
  }

  /** What is to be sent back; null: nothing. */
  answer(message) {
    switch (message.type) {
      case 'VisitOpened':
        return this.#challenge(message.visitId);
      case 'IdentityProven':
        return this.#judge(message);
      case 'VisitProgressed':
        return this.#progress(message);
      default:
        return this.#takeResult(message);
    }
  }

  /** A fresh challenge; the nonce stays the same for the whole visit. */
  #challenge(visitId) {
    const name = visitId.toString('hex');
    const before = this.#visits.get(name);
    const visit = {
      nonce: before?.nonce ?? randomBytes(NONCE_BYTES),
      challenge: randomBytes(CHALLENGE_BYTES),
      replacedChallenge: before?.challenge ?? null,
    };
    this.#visits.set(name, visit);
    this.#tell({ event: 'visit_challenged', visit: name });
    return this.#challengeOf(visitId, visit);
  }

  /** News for people; it needs no answer. */
  #progress({ visitId, step }) {
    this.#tell({ event: 'visit_progressed', visit: visitId.toString('hex'), step });
    return null;
  }

  #challengeOf(visitId, { nonce, challenge }) {
    return { type: 'VisitChallenge', visitId, nonce, challenge };
  }

  #judge({ visitId, certificate, challengeSignature }) {
    if (this.#isRolledBack) {
      return this.#refuse(visitId, 'storage-unavailable');
    }
    const visit = this.#visits.get(visitId.toString('hex'));
    const proof = createHash('sha256').update(certificate).update(challengeSignature).digest('hex');
    if (visit?.answeredProof === proof) {
      return this.#options(visitId);
    }
    if (!visit?.challenge) {
      return this.#challenge(visitId);
    }
    const signature = signatureOf(certificate, challengeSignature);
    if (signature === null) {
      return this.#refuse(visitId, 'certificate-invalid');
    }
    if (signature.isOver(visit.challenge)) {
      Object.assign(visit, { answeredProof: proof, challenge: null, replacedChallenge: null });
      return this.#options(visitId);
    }
    if (visit.replacedChallenge !== null && signature.isOver(visit.replacedChallenge)) {
      return this.#challengeOf(visitId, visit);
    }
    return this.#refuse(visitId, 'card-not-genuine');
  }

  #options(visitId) {
    this.#tell({ event: 'identity_accepted', visit: visitId.toString('hex') });
    return { type: 'VisitOptions', visitId, ...this.#terms.patient };
  }

  #refuse(visitId, failure) {
    this.#tell({ event: 'visit_refused', visit: visitId.toString('hex'), failure });
    return { type: 'VisitRefused', visitId, failure: FAILURES[failure] };
  }

  #takeResult({ seq, cose }) {
    try {
      const claims = this.#verify(seq, cose);
      const arrival = this.#store.keep(claims.ueid, seq, cose);
      this.#isRolledBack &&= seq < this.#store.highestSeq(claims.ueid);
      this.#tellOf(arrival, claims);
      return { type: 'ResultAcknowledged', seq };
    } catch (error) {
      if (!(error instanceof InvalidResult)) {
        throw error;
      }
      this.#tell({ event: 'result_refused', seq: Number(seq), reason: error.reason });
      return null;
    }
  }

  /** Valid, of the number it says, and for us. */
  #verify(seq, cose) {
    const claims = verifyResult(cose, this.#terms.roots);
    if (claims.own.seq !== seq) {
      throw new InvalidResult('seq');
    }
    if (claims.audience !== this.#terms.audience) {
      throw new InvalidResult('audience');
    }
    return claims;
  }

  #tellOf(arrival, { nonce, own }) {
    const visit = own.record.visitId.toString('hex');
    const ours = this.#visits.get(visit)?.nonce;
    const isOurVisit = ours !== undefined && nonce !== undefined && ours.equals(nonce);
    this.#tell({ event: 'result_kept', seq: Number(own.seq), arrival, visit, isOurVisit });
  }
}
