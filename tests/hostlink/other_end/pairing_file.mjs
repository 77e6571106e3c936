// What a pairing leaves at this end: docs/HOSTLINK.md §9.

import { readFileSync } from 'node:fs';

import { keepFile } from './disk.mjs';

/** `{ueid, secret, identity, readerCertificate}`: identity in PEM, the others as bytes. */
export function keepPairing(path, { ueid, secret, identity, readerCertificate }) {
  const written = {
    ueid: ueid.toString('hex'),
    secret: secret.toString('hex'),
    identity,
    readerCertificate: readerCertificate.toString('hex'),
  };
  keepFile(path, JSON.stringify(written));
}

export function readPairing(path) {
  const { ueid, secret, identity, readerCertificate } = JSON.parse(readFileSync(path, 'utf-8'));
  const [ueidBytes, secretBytes, certificate] = [ueid, secret, readerCertificate].map((hex) =>
    Buffer.from(hex, 'hex'),
  );
  return { ueid: ueidBytes, secret: secretBytes, identity, readerCertificate: certificate };
}
