// DER (X.690): just enough to read what docs/HOSTLINK.md §7 asks of a certificate, and to write one.

export class DerError extends Error {}

export const BOOLEAN = 0x01;
export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const OBJECT_IDENTIFIER = 0x06;
export const UTF8_STRING = 0x0c;
export const UTC_TIME = 0x17;
export const GENERALIZED_TIME = 0x18;
export const SEQUENCE = 0x30;
export const SET = 0x31;
export const VERSION = 0xa0; // [0] and [3] of a certificate
export const EXTENSIONS = 0xa3;

/** All elements in these bytes: `{tag, content, whole}`. */
export function elements(bytes) {
  const found = [];
  let rest = bytes;
  while (rest.length > 0) {
    const element = firstElement(rest);
    found.push(element);
    rest = rest.subarray(element.whole.length);
  }
  return found;
}

/** The only element in these bytes, which must have this tag. */
export function only(bytes, tag) {
  const found = elements(bytes);
  if (found.length !== 1 || found[0].tag !== tag) {
    throw new DerError('another element was expected');
  }
  return found[0];
}

function firstElement(bytes) {
  const [tag, short] = bytes;
  let headBytes = 2;
  let length = short;
  if (short > 0x80) {
    headBytes += short - 0x80;
    length = bytes.subarray(2, headBytes).reduce((sum, byte) => sum * 256 + byte, 0);
  }
  const end = headBytes + length;
  if (short === undefined || short === 0x80 || end > bytes.length) {
    throw new DerError('cut off');
  }
  return { tag, content: bytes.subarray(headBytes, end), whole: bytes.subarray(0, end) };
}

/** `1.2.840.…` */
export function objectIdentifier(content) {
  const arcs = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const root = Math.min(2, Math.floor(arcs[0] / 40));
  return [root, arcs[0] - 40 * root, ...arcs.slice(1)].join('.');
}

/** The numbers of the bits that are set in a BIT STRING. */
export function setBits(content) {
  const bits = new Set();
  content.subarray(1).forEach((byte, index) => {
    for (let bit = 0; bit < 8; bit += 1) {
      if (byte & (0x80 >> bit)) {
        bits.add(index * 8 + bit);
      }
    }
  });
  return bits;
}

/** One element with this content. */
export function write(tag, ...contents) {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content)]), content]);
}

function lengthOf(content) {
  const { length } = content;
  if (length < 0x80) {
    return [length];
  }
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}
