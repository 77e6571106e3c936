// The messages of docs/HOSTLINK.md §6, field by field as in hostlink/messages.cddl.

import * as cbor from './cbor.mjs';
import { bool, bstr, field, list, optional, record, text, tstr, uint } from './shapes.mjs';
import { audience, cardKind, consentItem, failureCode, linkCertificate } from './terms.mjs';
import { notice, pairingRefusal, question, sha256, ueid, unixMs } from './terms.mjs';
import { verificationMethod, visitId, visitNonce, visitStep } from './terms.mjs';

export class MalformedMessage extends Error {}

export const MAX_MESSAGE_BYTES = 65536;

const resultCounts = record(
  field(1, 'waiting', uint(4)),
  field(2, 'elsewhere', uint(4)),
  field(3, 'sentAgain', uint(8)),
);

const linkCounters = record(
  field(1, 'framesReceived', uint(8)),
  field(2, 'badCrc', uint(8)),
  field(3, 'gaps', uint(8)),
  field(4, 'repeated', uint(8)),
  field(5, 'stale', uint(8)),
  field(6, 'ignored', uint(8)),
  field(7, 'sessions', uint(8)),
  field(8, 'resets', list(record(field(1, 'reason', uint(1)), field(2, 'times', uint(8))), 256)),
  optional(9, 'rttP50Us', uint(8)),
  optional(10, 'rttP99Us', uint(8)),
);

const SHAPES = new Map([
  [
    1,
    [
      'DeviceHello',
      record(
        field(1, 'lowestVersion', uint(1)),
        field(2, 'highestVersion', uint(1)),
        field(3, 'ueid', ueid),
        field(4, 'firmware', tstr(64)),
        field(5, 'bootCount', uint(4)),
        field(6, 'nextSeq', uint(8)),
        field(7, 'challenge', bstr(16)),
      ),
    ],
  ],
  [
    2,
    [
      'AgentHello',
      record(
        field(1, 'version', uint(1)),
        field(2, 'audience', audience),
        field(3, 'unixMs', unixMs),
        field(4, 'challenge', bstr(16)),
        field(5, 'proof', bstr(32)),
      ),
    ],
  ],
  [3, ['Ping', record(field(1, 'nonce', bstr(8)))]],
  [4, ['Pong', record(field(1, 'nonce', bstr(8)))]],
  [5, ['VisitOpened', record(field(1, 'visitId', visitId), field(2, 'cardKind', cardKind))]],
  [
    6,
    [
      'VisitChallenge',
      record(
        field(1, 'visitId', visitId),
        field(2, 'nonce', visitNonce),
        field(3, 'challenge', bstr(32)),
      ),
    ],
  ],
  [
    7,
    [
      'IdentityProven',
      record(
        field(1, 'visitId', visitId),
        field(2, 'method', verificationMethod),
        field(3, 'certificate', bstr(1, 8192)),
        field(4, 'challengeSignature', bstr(1, 1024)),
      ),
    ],
  ],
  [
    8,
    [
      'VisitOptions',
      record(
        field(1, 'visitId', visitId),
        field(2, 'patientName', tstr(512)),
        field(3, 'isRegistered', bool),
        field(4, 'consents', list(consentItem, 16)),
        field(5, 'notices', list(notice, 16)),
        optional(6, 'questions', list(question, 2)),
        optional(7, 'birthdate', text('[0-9]{8}')),
      ),
    ],
  ],
  [9, ['VisitRefused', record(field(1, 'visitId', visitId), field(2, 'failure', failureCode))]],
  [10, ['SignedResult', record(field(1, 'seq', uint(8)), field(2, 'cose', bstr(1, 16384)))]],
  [11, ['ResultAcknowledged', record(field(1, 'seq', uint(8)))]],
  [12, ['DeviceProof', record(field(1, 'proof', bstr(32)))]],
  [
    13,
    [
      'PairingRequested',
      record(
        field(1, 'certificate', linkCertificate),
        field(2, 'audience', audience),
        field(3, 'name', tstr(64)),
      ),
    ],
  ],
  [
    14,
    [
      'PairingCommitted',
      record(field(1, 'certificate', linkCertificate), field(2, 'commitment', sha256)),
    ],
  ],
  [15, ['PairingNonce', record(field(1, 'nonce', bstr(16)))]],
  [16, ['PairingRevealed', record(field(1, 'nonce', bstr(16)))]],
  [
    17,
    [
      'PairingConfirmed',
      record(field(1, 'chain', list(bstr(1, 4096), 4)), field(2, 'signature', bstr(1, 80))),
    ],
  ],
  [18, ['PairingSecret', record(field(1, 'secret', bstr(16)))]],
  [19, ['PairingKept', record()]],
  [20, ['PairingRefused', record(field(1, 'reason', pairingRefusal))]],
  [21, ['CertificateRenewed', record(field(1, 'certificate', linkCertificate))]],
  [22, ['CertificateKept', record(field(1, 'certificate', linkCertificate))]],
  [23, ['Unpaired', record()]],
  [24, ['PairingForgotten', record()]],
  [25, ['ReportWanted', record()]],
  [
    26,
    ['DeviceReport', record(field(1, 'results', resultCounts), field(2, 'link', linkCounters))],
  ],
  [27, ['VisitProgressed', record(field(1, 'visitId', visitId), field(2, 'step', visitStep))]],
]);

const NUMBERS = new Map([...SHAPES].map(([number, [type]]) => [type, number]));

/** One message, `{type: 'Ping', nonce}`; throws MalformedMessage. */
export function decodeMessage(bytes) {
  try {
    const item = cbor.decode(bytes);
    if (!Array.isArray(item) || item.length !== 2 || !SHAPES.has(item[0])) {
      throw new MalformedMessage('no message');
    }
    const [type, shape] = SHAPES.get(item[0]);
    return { type, ...shape.read(item[1]) };
  } catch (error) {
    throw new MalformedMessage(error.message);
  }
}

/** The bytes of a message. */
export function encodeMessage(message) {
  const number = NUMBERS.get(message.type);
  const [, shape] = SHAPES.get(number);
  return cbor.encode([number, shape.write(message)]);
}
