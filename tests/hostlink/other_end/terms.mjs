// Names and small types of hostlink/messages.cddl that messages and results share.

import { bstr, choice, field, record, tstr, uint } from './shapes.mjs';

export const FAILURES = {
  'card-removed': 10,
  'card-unreadable': 11,
  'card-not-accepted': 12,
  'card-not-genuine': 13,
  'card-expired': 14,
  'certificate-expired': 15,
  'certificate-invalid': 16,
  'certificate-not-yet-valid': 17,
  'certificate-missing': 18,
  'reader-unavailable': 20,
  'camera-unavailable': 21,
  'storage-unavailable': 22,
  'face-unavailable': 23,
  'results-waiting': 24,
  'printed-code-unreadable': 30,
  'printed-code-locked': 31,
  'photo-unreadable': 32,
  'printed-code-rejected': 33,
  'face-not-seen': 40,
  'face-not-matched': 41,
  'face-not-live': 42,
  'face-movement-not-seen': 43,
  'holder-too-young': 44,
  'holder-age-unknown': 45,
  'staff-check-locked': 46,
  'pin-locked': 50,
  'pin-rejected': 51,
  'pin-outcome-unknown': 52,
  'pin-needed': 53,
  'pin-expired': 54,
  'phone-not-authenticated': 55,
  'agent-unreachable': 60,
  'eligibility-unreachable': 61,
  'eligibility-not-found': 62,
  'registration-declined': 63,
  'not-registered': 64,
  'eligibility-of-another': 65,
  'timed-out': 70,
  cancelled: 71,
  'card-record-untrusted': 80,
  'card-record-altered': 81,
  'card-photo-swapped': 82,
  'card-cloned': 83,
  internal: 90,
  'old-resident-card': 100,
  'driving-licence': 101,
  'transit-card': 102,
  'bank-card': 103,
  'residence-card': 104,
  'several-cards': 110,
  'card-in-case': 111,
  'card-face-down': 112,
  'card-upside-down': 113,
};
export const REFUSALS = {
  'digits-differ': 1,
  declined: 2,
  'timed-out': 3,
  'not-genuine': 4,
  'too-many': 5,
  'other-audience': 6,
  'not-stored': 7,
  interrupted: 8,
};
export const OUTCOMES = { completed: 1, failed: 2, abandoned: 3 };

export const ueid = bstr(7, 33);
export const audience = tstr(128);
export const visitId = bstr(16);
export const visitNonce = bstr(16);
export const sha256 = bstr(32);
export const unixMs = uint(8);
export const linkCertificate = bstr(1, 2048);

export const cardKind = choice({ 'my-number': 1, 'face-only': 2, android: 3, iphone: 4 });
export const METHODS = { face: 1, pin: 2, staff: 3, phone: 4 };
export const verificationMethod = choice(METHODS);
export const matchBand = choice({ 'clear-match': 1, match: 2 });
export const consentItem = choice({
  surgery: 1,
  diagnosis: 2,
  medication: 3,
  'health-checkup': 4,
});
export const ANSWERS = { refused: 0, given: 1, unobtainable: 3 };
export const consentAnswer = choice(ANSWERS);
export const visitOutcome = choice(OUTCOMES);
export const question = choice({ subsidy: 1, prescription: 2 });

const DECISIONS = {
  'use-subsidy': 1,
  'no-subsidy': 2,
  'electronic-prescription': 3,
  'paper-prescription': 4,
};

export const decision = choice(DECISIONS);

// 1 and 2 answer the first question, 3 and 4 the second.
export const questionOf = (made) => Math.ceil(made / 2);

export const EMERGENCIES = { ambulance: 1, disaster: 2 };
export const emergency = choice(EMERGENCIES);
export const notice = choice({
  'certificate-expires-soon': 1,
  'certificate-in-grace': 2,
  'card-expires-soon': 3,
  'eligibility-later': 4,
});
export const visitStep = choice({
  'card-read': 1,
  choosing: 2,
  face: 3,
  'printed-code': 4,
  pin: 5,
  'staff-wanted': 6,
  'staff-comparing': 7,
  eligibility: 8,
  answering: 9,
  'card-to-be-taken': 10,
  left: 11,
});
export const failureCode = choice(FAILURES);
export const pairingRefusal = choice(REFUSALS);

export const moment = record(
  field(1, 'unixMs', unixMs),
  field(2, 'uncertaintyS', uint(8)),
  field(3, 'source', choice({ none: 0, agent: 1, rtc: 2 })),
);
