// Whom this end talks to in a session, and how it knows them: docs/HOSTLINK.md §5.
//
// A partner is `{alpn, serverName, credentials, believes, secret, fromDevice}`: `believes` judges
// the certificate (X509Certificate) that the reader shows, `fromDevice` names what it may say.

import { NO_SECRET, serverName } from './pairing.mjs';
import { InvalidResult, checkChain, readCertificates } from './result.mjs';

const IN_SERVICE = [
  'Ping',
  'Pong',
  'VisitOpened',
  'IdentityProven',
  'SignedResult',
  'CertificateKept',
  'PairingForgotten',
  'DeviceReport',
  'VisitProgressed',
];
const IN_PAIRING = [
  'Ping',
  'Pong',
  'PairingCommitted',
  'PairingRevealed',
  'PairingConfirmed',
  'PairingKept',
  'PairingRefused',
];

/** The reader of one pairing, as `pairing_file.mjs` reads it. */
export function pairedReader({ identity, readerCertificate, secret }) {
  return {
    alpn: 'uketsuke/1',
    serverName: serverName(readerCertificate),
    credentials: { cert: identity, key: identity },
    believes: (shown) => shown.raw.equals(readerCertificate),
    secret,
    fromDevice: new Set(IN_SERVICE),
  };
}

/** Any reader of the maker with these roots (instances of Certificate), to be paired with. */
export function strangeReader(roots) {
  return {
    alpn: 'uketsuke-pairing/1',
    credentials: {},
    believes: (shown) => isOfMaker(shown, roots),
    secret: NO_SECRET,
    fromDevice: new Set(IN_PAIRING),
  };
}

function isOfMaker(shown, roots) {
  try {
    checkChain(readCertificates([...chainFrom(shown)]), roots);
    return true;
  } catch (error) {
    if (error instanceof InvalidResult) {
      return false;
    }
    throw error;
  }
}

/** The certificates that came with this one, itself first. */
function* chainFrom(shown) {
  for (let each = shown; each !== undefined; each = each.issuerCertificate) {
    yield each.raw;
  }
}
