// A card's signature over the agent's challenge: docs/HOSTLINK.md §6.

import { constants, verify } from 'node:crypto';

import { Certificate } from './certificate.mjs';

/** The signature with the key of its certificate; null if that certificate is none of a card. */
export function signatureOf(certificate, signature) {
  const publicKey = publicKeyIn(certificate);
  if (publicKey?.asymmetricKeyType !== 'rsa') {
    return null;
  }
  const key = { key: publicKey, padding: constants.RSA_PKCS1_PADDING };
  return { isOver: (challenge) => verify('sha256', challenge, key, signature) };
}

function publicKeyIn(certificate) {
  try {
    return new Certificate(certificate).publicKey;
  } catch {
    return null;
  }
}
