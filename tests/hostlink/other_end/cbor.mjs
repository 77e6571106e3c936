// Deterministic CBOR, RFC 8949 §4.2.1, as far as docs/HOSTLINK.md §6 allows it: integers, byte
// and text strings, arrays, maps with integer keys, true and false, and the tag of a result.
//
// Maps become Map; integers become number, or bigint beyond 2^53.

export class CborError extends Error {}

const MAX_LEVELS = 8; // arrays and maps within each other
const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const TAG = 6;
const SIMPLE = 7;
const FALSE = 20;
const TRUE = 21;
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A tagged item; only a signed result is one. */
export class Tagged {
  constructor(tag, content) {
    this.tag = tag;
    this.content = content;
  }
}

/** One item that fills all the bytes. */
export function decode(bytes, { mayBeTagged = false } = {}) {
  const reader = new Reader(bytes);
  const item = mayBeTagged ? reader.taggedItem() : reader.item(0);
  if (reader.at !== bytes.length) {
    throw new CborError('bytes after the end');
  }
  return item;
}

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  taggedItem() {
    const { major, value } = this.head();
    if (major !== TAG) {
      throw new CborError('no tag');
    }
    return new Tagged(value, this.item(0));
  }

  item(level) {
    const { major, value } = this.head();
    switch (major) {
      case UNSIGNED:
        return value;
      case NEGATIVE:
        return typeof value === 'bigint' ? -1n - value : -1 - value;
      case BYTES:
        return this.take(value);
      case TEXT:
        return textOf(this.take(value));
      case ARRAY:
        return this.array(value, deeper(level));
      case MAP:
        return this.map(value, deeper(level));
      case SIMPLE:
        return truthOf(value);
      default:
        throw new CborError('tag');
    }
  }

  array(length, level) {
    const items = [];
    while (items.length < length) {
      items.push(this.item(level));
    }
    return items;
  }

  map(length, level) {
    const entries = new Map();
    let before = null;
    while (entries.size < length) {
      const from = this.at;
      const key = this.key();
      const encoded = this.bytes.subarray(from, this.at);
      if (before !== null && Buffer.compare(before, encoded) >= 0) {
        throw new CborError('order of keys');
      }
      before = encoded;
      entries.set(key, this.item(level));
    }
    return entries;
  }

  key() {
    const { major, value } = this.head();
    if (major === UNSIGNED) {
      return value;
    }
    if (major === NEGATIVE && typeof value === 'number') {
      return -1 - value;
    }
    throw new CborError('a key that is no integer');
  }

  /** Major type and argument, in the shortest form only. */
  head() {
    const first = this.take(1)[0];
    const major = first >> 5;
    const short = first & 0x1f;
    if (short < 24) {
      return { major, value: short };
    }
    if (short > 27 || major === SIMPLE) {
      throw new CborError('indefinite length, float or unknown simple value');
    }
    const width = 1 << (short - 24);
    const value = numberOf(this.take(width));
    if (value < (width === 1 ? 24 : 2n ** BigInt(width * 4))) {
      throw new CborError('longer than need be');
    }
    return { major, value };
  }

  take(length) {
    if (length > this.bytes.length - this.at) {
      throw new CborError('cut off');
    }
    this.at += Number(length);
    return this.bytes.subarray(this.at - Number(length), this.at);
  }
}

function deeper(level) {
  if (level >= MAX_LEVELS) {
    throw new CborError('too deep');
  }
  return level + 1;
}

function numberOf(bytes) {
  const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

function textOf(bytes) {
  try {
    return UTF_8.decode(bytes);
  } catch {
    throw new CborError('no UTF-8');
  }
}

function truthOf(value) {
  if (value !== FALSE && value !== TRUE) {
    throw new CborError('null or unknown simple value');
  }
  return value === TRUE;
}

/** The one encoding of a value; a Map must hold its keys in order already. */
export function encode(value) {
  if (typeof value === 'boolean') {
    return head(SIMPLE, value ? TRUE : FALSE);
  }
  if (typeof value === 'string') {
    const bytes = Buffer.from(value, 'utf-8');
    return Buffer.concat([head(TEXT, bytes.length), bytes]);
  }
  if (value instanceof Uint8Array) {
    return Buffer.concat([head(BYTES, value.length), value]);
  }
  if (Array.isArray(value)) {
    return Buffer.concat([head(ARRAY, value.length), ...value.map(encode)]);
  }
  if (value instanceof Map) {
    const pairs = [...value].flat().map(encode);
    return Buffer.concat([head(MAP, value.size), ...pairs]);
  }
  return value < 0 ? head(NEGATIVE, -1n - BigInt(value)) : head(UNSIGNED, value);
}

function head(major, argument) {
  const value = BigInt(argument);
  const first = major << 5;
  if (value < 24n) {
    return Buffer.from([first | Number(value)]);
  }
  const power = [0, 1, 2, 3].find((each) => value < 2n ** BigInt(8 << each));
  const width = 1 << power;
  const hex = value.toString(16).padStart(width * 2, '0');
  return Buffer.concat([Buffer.from([first | (24 + power)]), Buffer.from(hex, 'hex')]);
}
