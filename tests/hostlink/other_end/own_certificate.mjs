// The key and certificate that an agent makes for one reader: docs/HOSTLINK.md §9.

import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

import * as der from './der.mjs';

const OBJECT_IDENTIFIERS = {
  ecdsaWithSha256: '2a8648ce3d040302',
  commonName: '550403',
  keyUsage: '551d0f',
  basicConstraints: '551d13',
  extendedKeyUsage: '551d25',
  clientAuth: '2b06010505070302',
};
const VERSION_3 = Buffer.from([2]);
const DIGITAL_SIGNATURE = Buffer.from([7, 0x80]); // seven bits are unused
const SERIAL_NUMBER_BYTES = 16;

/** `{identity, certificate}`: both in PEM, and the certificate in DER. */
export function makeIdentity() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const certificate = selfSigned(privateKey, publicKey.export({ type: 'spki', format: 'der' }));
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  return { identity: key + toPem(certificate), certificate };
}

function selfSigned(privateKey, publicKey) {
  const algorithm = sequence(identifier('ecdsaWithSha256'));
  const name = nameOf(publicKey);
  const forEver = sequence(
    der.write(der.UTC_TIME, Buffer.from('000101000000Z')),
    der.write(der.GENERALIZED_TIME, Buffer.from('99991231235959Z')),
  );
  const signed = sequence(
    der.write(der.VERSION, der.write(der.INTEGER, VERSION_3)),
    der.write(der.INTEGER, serialNumber()),
    algorithm,
    name,
    forEver,
    name,
    publicKey,
    der.write(der.EXTENSIONS, extensions()),
  );
  return sequence(signed, algorithm, bits(Buffer.from([0]), sign('sha256', signed, privateKey)));
}

/** Another one for each key: the reader finds certificates by their names. */
function nameOf(publicKey) {
  const ofKey = createHash('sha256').update(publicKey).digest('hex').slice(0, 16);
  const text = der.write(der.UTF8_STRING, Buffer.from(`other agent ${ofKey}`));
  return sequence(der.write(der.SET, sequence(identifier('commonName'), text)));
}

function serialNumber() {
  const number = randomBytes(SERIAL_NUMBER_BYTES);
  number[0] = (number[0] & 0x3f) | 0x40; // positive, and not shorter
  return number;
}

function extensions() {
  return sequence(
    extension('basicConstraints', sequence(), true), // no CA
    extension('keyUsage', bits(DIGITAL_SIGNATURE), true),
    extension('extendedKeyUsage', sequence(identifier('clientAuth')), false),
  );
}

function extension(name, value, isCritical) {
  const critical = isCritical ? [der.write(der.BOOLEAN, Buffer.from([0xff]))] : [];
  return sequence(identifier(name), ...critical, der.write(der.OCTET_STRING, value));
}

function sequence(...elements) {
  return der.write(der.SEQUENCE, ...elements);
}

function bits(...content) {
  return der.write(der.BIT_STRING, ...content);
}

function identifier(name) {
  return der.write(der.OBJECT_IDENTIFIER, Buffer.from(OBJECT_IDENTIFIERS[name], 'hex'));
}

function toPem(certificate) {
  const lines = certificate.toString('base64').match(/.{1,64}/g);
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
