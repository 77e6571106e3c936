// What a certificate says (RFC 5280), as far as docs/HOSTLINK.md §7 judges it.

import { X509Certificate, createPublicKey } from 'node:crypto';

import * as der from './der.mjs';

const SERIAL_NUMBER = '2.5.4.5';
const KEY_USAGE = '2.5.29.15';
const BASIC_CONSTRAINTS = '2.5.29.19';
const EXTENDED_KEY_USAGE = '2.5.29.37';
const FOR_READERS = ['1.3.6.1.5.5.7.3.1', '2.5.29.37.0']; // serverAuth, anyExtendedKeyUsage
const KNOWN_EXTENSIONS = new Set([KEY_USAGE, BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE]);
const DIGITAL_SIGNATURE = 0;
const KEY_CERT_SIGN = 5;

/** Signatures with SHA-256, SHA-384 or SHA-512, by ECDSA and by RSA. */
const SIGNATURE_ALGORITHMS = new Set([
  '1.2.840.10045.4.3.2',
  '1.2.840.10045.4.3.3',
  '1.2.840.10045.4.3.4',
  '1.2.840.113549.1.1.11',
  '1.2.840.113549.1.1.12',
  '1.2.840.113549.1.1.13',
]);

export class Certificate {
  /** Throws where this is no certificate. */
  constructor(bytes) {
    this.x509 = new X509Certificate(bytes);
    const [tbs, algorithm] = der.elements(der.only(this.x509.raw, der.SEQUENCE).content);
    const fields = der.elements(tbs.content);
    const [, , issuer, , subject, publicKey] = fields[0].tag === der.VERSION ? fields.slice(1) : fields;
    this.issuer = issuer.whole;
    this.subject = subject.whole;
    this.signatureAlgorithm = der.objectIdentifier(der.elements(algorithm.content)[0].content);
    // Node 18 ends the process when it is asked for the key of a certificate whose key is damaged.
    this.publicKey = createPublicKey({ key: publicKey.whole, format: 'der', type: 'spki' });
    this.serialNumbers = readSerialNumbers(subject.whole);
    this.#readExtensions(fields.find(({ tag }) => tag === der.EXTENSIONS));
  }

  #readExtensions(element) {
    const extensions = element ? readExtensions(element.content) : [];
    const valueOf = (name) => extensions.find((each) => each.name === name)?.value;
    this.hasUnknownCriticalExtension = extensions.some(
      ({ name, isCritical }) => isCritical && !KNOWN_EXTENSIONS.has(name),
    );
    Object.assign(this, readBasicConstraints(valueOf(BASIC_CONSTRAINTS)));
    this.uses = readUses(valueOf(KEY_USAGE));
    this.purposes = readPurposes(valueOf(EXTENDED_KEY_USAGE));
  }

  isIssuedBy(issuer) {
    return (
      this.issuer.equals(issuer.subject) &&
      SIGNATURE_ALGORITHMS.has(this.signatureAlgorithm) &&
      this.#isSignedWith(issuer.publicKey)
    );
  }

  #isSignedWith(key) {
    try {
      return this.x509.verify(key);
    } catch {
      return false; // the key is of another kind
    }
  }

  /** Whether it may issue, with so many certificates of issuers between it and the leaf. */
  mayIssue(issuersBelow) {
    const isWithin = this.isCa && issuersBelow <= this.pathLength;
    return isWithin && this.#mayBeUsedFor(KEY_CERT_SIGN) && this.#isForReaders();
  }

  /** Whether it is one that a reader signs results with. */
  maySignResults() {
    const isP256 = this.publicKey.asymmetricKeyDetails?.namedCurve === 'prime256v1';
    return !this.isCa && isP256 && this.#mayBeUsedFor(DIGITAL_SIGNATURE) && this.#isForReaders();
  }

  #isForReaders() {
    return this.purposes === null || FOR_READERS.some((each) => this.purposes.includes(each));
  }

  #mayBeUsedFor(bit) {
    return this.uses === null || this.uses.has(bit);
  }
}

function readSerialNumbers(subject) {
  return der
    .elements(der.only(subject, der.SEQUENCE).content)
    .flatMap((set) => der.elements(set.content))
    .map((attribute) => der.elements(attribute.content))
    .filter(([type]) => der.objectIdentifier(type.content) === SERIAL_NUMBER)
    .map(([, value]) => value.content.toString('utf-8'));
}

/** `{name, isCritical, value}` of each. */
function readExtensions(content) {
  return der.elements(der.only(content, der.SEQUENCE).content).map((extension) => {
    const [name, ...rest] = der.elements(extension.content);
    const critical = rest.find(({ tag }) => tag === der.BOOLEAN);
    return {
      name: der.objectIdentifier(name.content),
      isCritical: critical !== undefined && critical.content[0] !== 0,
      value: rest.find(({ tag }) => tag === der.OCTET_STRING).content,
    };
  });
}

function readBasicConstraints(value) {
  const fields = value ? der.elements(der.only(value, der.SEQUENCE).content) : [];
  const pathLength = fields.find(({ tag }) => tag === der.INTEGER)?.content;
  return {
    isCa: fields.some(({ tag, content }) => tag === der.BOOLEAN && content[0] !== 0),
    pathLength: pathLength ? pathLength.readUIntBE(0, pathLength.length) : Infinity,
  };
}

/** The bits of keyUsage, or null: for everything. */
function readUses(value) {
  return value ? der.setBits(der.only(value, der.BIT_STRING).content) : null;
}

/** The purposes of extendedKeyUsage, or null: for every purpose. */
function readPurposes(value) {
  if (!value) {
    return null;
  }
  const purposes = der.elements(der.only(value, der.SEQUENCE).content);
  return purposes.map(({ content }) => der.objectIdentifier(content));
}
