// What both ends compute when they are paired, and then in each session: docs/HOSTLINK.md §9.

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

import * as cbor from './cbor.mjs';

export const NONCE_BYTES = 16;
export const SECRET_BYTES = 16;
export const NO_SECRET = Buffer.alloc(SECRET_BYTES); // while there is no pairing yet

const CODES = 1_000_000n;
const CODE_DIGITS = 6;
const NAME_DIGITS = 16;

/** `terms`: `{sessionCertificate, readerCertificate, agentCertificate, audience, agentName}`. */
export function commitmentOf(terms, deviceNonce) {
  return digest('commitment', terms, deviceNonce);
}

/** The six digits that both ends show. */
export function codeOf(terms, deviceNonce, agentNonce) {
  const number = digest('code', terms, deviceNonce, agentNonce).readBigUInt64BE(0) % CODES;
  return number.toString().padStart(CODE_DIGITS, '0');
}

/** What the reader signs. */
export function statementOf(terms, deviceNonce, agentNonce) {
  const said = digest('statement', terms, deviceNonce, agentNonce);
  return Buffer.concat([Buffer.from('uketsuke pairing '), said]);
}

function digest(purpose, terms, ...nonces) {
  const { sessionCertificate, readerCertificate, agentCertificate, audience, agentName } = terms;
  const agreed = [sessionCertificate, readerCertificate, agentCertificate, audience, agentName];
  const input = cbor.encode([`uketsuke pairing ${purpose}`, ...agreed, ...nonces]);
  return createHash('sha256').update(input).digest();
}

export function agentProof(secret, deviceChallenge, agentChallenge) {
  return proof('agent', secret, deviceChallenge, agentChallenge);
}

export function deviceProof(secret, deviceChallenge, agentChallenge) {
  return proof('device', secret, deviceChallenge, agentChallenge);
}

function proof(end, secret, ...challenges) {
  const hmac = createHmac('sha256', secret).update(end);
  challenges.forEach((challenge) => hmac.update(challenge));
  return hmac.digest();
}

/** The name (SNI) under which an agent asks for the reader's certificate it expects. */
export function serverName(readerCertificate) {
  const hash = createHash('sha256').update(readerCertificate).digest('hex');
  return `reader-${hash.slice(0, NAME_DIGITS)}`;
}

/** Whether two hashes, proofs or commitments are the same, without a hint at where they differ. */
export function isSame(one, other) {
  return one.length === other.length && timingSafeEqual(one, other);
}
