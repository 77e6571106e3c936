// A signed result and its strict verification: docs/HOSTLINK.md §7.

import { verify } from 'node:crypto';

import * as cbor from './cbor.mjs';
import { Certificate } from './certificate.mjs';
import { bool, field, list, optional, record, text, uint, versioned } from './shapes.mjs';
import { ANSWERS, EMERGENCIES, METHODS, OUTCOMES } from './terms.mjs';
import { audience, cardKind, consentAnswer, consentItem } from './terms.mjs';
import { decision, emergency, failureCode, matchBand, moment, notice, sha256, ueid } from './terms.mjs';
import { questionOf, verificationMethod, visitId } from './terms.mjs';
import { visitNonce, visitOutcome } from './terms.mjs';

/** One rule that is broken, by the name it has in the document. */
export class InvalidResult extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

const MAX_RESULT_BYTES = 16384;
const MAX_CERTIFICATES = 4;
const COSE_SIGN1 = 18;
const ALGORITHM = 1;
const ES256 = -7;
const X5CHAIN = 33;
const SIGNATURE_BYTES = 64;
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const visitRecord = record(
  field(1, 'visitId', visitId),
  optional(2, 'cardKind', cardKind),
  field(3, 'outcome', visitOutcome),
  optional(4, 'failure', failureCode),
  optional(5, 'method', verificationMethod),
  optional(6, 'verifiedAt', moment),
  field(7, 'hasRegistered', bool),
  field(
    8,
    'consents',
    list(
      record(
        field(1, 'item', consentItem),
        field(2, 'answer', consentAnswer),
        field(3, 'at', moment),
      ),
      4,
    ),
  ),
  optional(
    9,
    'match',
    record(
      field(1, 'band', matchBand),
      field(2, 'thresholdId', text('[a-z][a-z0-9.-]{0,31}')),
    ),
  ),
  optional(10, 'notices', list(notice, 16)),
  optional(11, 'decisions', list(decision, 2)),
  optional(12, 'emergency', emergency),
);

const resultClaims = record(
  field(3, 'audience', audience),
  optional(10, 'nonce', visitNonce),
  field(256, 'ueid', ueid),
  field(267, 'bootCount', uint(4)),
  field(
    -65537,
    'own',
    versioned(
      1,
      record(
        field(1, 'seq', uint(8)),
        field(2, 'previousHash', sha256),
        field(3, 'issuedAt', moment),
        field(4, 'monotonicMs', uint(8)),
        field(5, 'firmwareHash', sha256),
        field(6, 'modelHash', sha256),
        field(7, 'consentTextHash', sha256),
        field(8, 'record', visitRecord),
      ),
    ),
  ),
);

function demand(isSo, reason) {
  if (!isSo) {
    throw new InvalidResult(reason);
  }
}

/** What `make` gives; whatever it throws means that this rule is broken. */
function orInvalid(reason, make) {
  try {
    return make();
  } catch {
    throw new InvalidResult(reason);
  }
}

/** The claims of a valid result; throws InvalidResult. `roots` are instances of Certificate. */
export function verifyResult(bytes, roots) {
  const [protectedHeader, payload, signature] = takeApart(bytes);
  const chain = readChain(protectedHeader);
  checkRange(signature);
  checkChain(chain, roots);
  checkSignature(protectedHeader, payload, signature, chain[0].publicKey);
  const claims = orInvalid('payload', () => resultClaims.read(cbor.decode(payload)));
  demand(keepsRules(claims), 'payload');
  checkDevice(chain[0], claims.ueid);
  return claims;
}

/** Whether this is the certificate of the reader with that name; throws InvalidResult. */
export function checkDevice({ serialNumbers }, ueid) {
  demand(serialNumbers.length === 1, 'wrong_device');
  demand(serialNumbers[0].toLowerCase() === ueid.toString('hex'), 'wrong_device');
}

function takeApart(bytes) {
  demand(bytes.length <= MAX_RESULT_BYTES, 'too_large');
  const { tag, content } = orInvalid('not_cose_sign1', () =>
    cbor.decode(bytes, { mayBeTagged: true }),
  );
  demand(tag === COSE_SIGN1, 'not_cose_sign1');
  demand(Array.isArray(content) && content.length === 4, 'not_cose_sign1');
  const [protectedHeader, unprotected, payload, signature] = content;
  demand(unprotected instanceof Map, 'not_cose_sign1');
  for (const each of [protectedHeader, payload, signature]) {
    demand(each instanceof Uint8Array, 'not_cose_sign1');
  }
  demand(unprotected.size === 0, 'unprotected_header');
  return [protectedHeader, payload, signature];
}

function readChain(protectedHeader) {
  const header = orInvalid('protected_header', () => cbor.decode(protectedHeader));
  const hasKeys = header instanceof Map && header.has(ALGORITHM) && header.has(X5CHAIN);
  demand(hasKeys && header.size === 2, 'protected_header');
  demand(header.get(ALGORITHM) === ES256, 'algorithm');
  const chain = header.get(X5CHAIN);
  const isOne = chain instanceof Uint8Array;
  demand(isOne || (Array.isArray(chain) && chain.length >= 2), 'chain_malformed');
  return readCertificates(isOne ? [chain] : chain);
}

/** Leaf first, without the root; throws InvalidResult. */
export function readCertificates(encodings) {
  const isFew = encodings.length >= 1 && encodings.length <= MAX_CERTIFICATES;
  demand(isFew, 'chain_malformed');
  return orInvalid('chain_malformed', () => encodings.map((each) => new Certificate(each)));
}

function checkRange(signature) {
  demand(signature.length === SIGNATURE_BYTES, 'signature_range');
  const [r, s] = [signature.subarray(0, 32), signature.subarray(32)].map((half) =>
    BigInt(`0x${half.toString('hex')}`),
  );
  for (const number of [r, s]) {
    demand(number > 0n && number < P256_ORDER, 'signature_range');
  }
  demand(s <= P256_ORDER / 2n, 'signature_high_s');
}

/** Whether a chain leads to a root and is for readers; throws InvalidResult. */
export function checkChain(chain, roots) {
  const isIssued = chain.slice(1).every((issuer, below) => chain[below].isIssuedBy(issuer));
  const root = roots.find((each) => chain[chain.length - 1].isIssuedBy(each));
  demand(isIssued && root !== undefined, 'chain_untrusted');
  const issuers = [...chain.slice(1), root];
  const isSound =
    chain[0].maySignResults() &&
    issuers.every((issuer, below) => issuer.mayIssue(below)) &&
    ![...chain, root].some((each) => each.hasUnknownCriticalExtension);
  demand(isSound, 'certificate_purpose');
}

function checkSignature(protectedHeader, payload, signature, publicKey) {
  const signed = cbor.encode(['Signature1', protectedHeader, Buffer.alloc(0), payload]);
  const key = { key: publicKey, dsaEncoding: 'ieee-p1363' };
  demand(verify('sha256', signed, key, signature), 'signature_wrong');
}

/** The rules between the fields of a result. */
function keepsRules({ own }) {
  const { outcome, failure, method, verifiedAt, hasRegistered, consents, match } = own.record;
  const decisions = own.record.decisions ?? [];
  const isCompleted = outcome === OUTCOMES.completed;
  const needsMethod = isCompleted || hasRegistered || consents.length > 0 || decisions.length > 0;
  return (
    (failure === undefined) === isCompleted &&
    (verifiedAt === undefined) === (method === undefined) &&
    (method !== undefined || !needsMethod) &&
    (match === undefined || method === METHODS.face) &&
    (own.record.emergency === EMERGENCIES.ambulance ||
      consents.every(({ answer }) => answer !== ANSWERS.unobtainable)) &&
    new Set(consents.map(({ item }) => item)).size === consents.length &&
    new Set(decisions.map(questionOf)).size === decisions.length
  );
}
