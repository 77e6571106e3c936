// Frames on the cable: docs/HOSTLINK.md §3.

export const START = 1;
export const DATA = 2;
export const RESET = 3;
export const MAX_PAYLOAD_BYTES = 1024;

const VERSION = 1;
const HEADER_BYTES = 8;
const CRC_BYTES = 4;
const MAX_RUN_BYTES = 4352;
const FULL_BLOCK = 0xff;
const CRC_POLYNOMIAL = 0xedb88320;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    crc = crc & 1 ? (crc >>> 1) ^ CRC_POLYNOMIAL : crc >>> 1;
  }
  return crc;
});

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 0xff];
  }
  return ~crc >>> 0;
}

/** The bytes on the cable of one frame, `{type, epoch, seq, payload}`. */
export function encodeFrame({ type, epoch, seq, payload }) {
  const plain = Buffer.alloc(HEADER_BYTES + payload.length + CRC_BYTES);
  plain.writeUInt8(VERSION, 0);
  plain.writeUInt8(type, 1);
  plain.writeUInt32BE(epoch, 2);
  plain.writeUInt16BE(seq, 6);
  payload.copy(plain, HEADER_BYTES);
  const end = plain.length - CRC_BYTES;
  plain.writeUInt32BE(crc32(plain.subarray(0, end)), end);
  return Buffer.from([0, ...stuff(plain), 0]);
}

/** COBS: blocks of a length byte and up to 254 bytes that are not zero. */
function stuff(plain) {
  const stuffed = [];
  let block = [];
  const close = () => {
    stuffed.push(block.length + 1, ...block);
    block = [];
  };
  plain.forEach((byte, index) => {
    if (byte === 0) {
      close();
      return;
    }
    block.push(byte);
    if (block.length === FULL_BLOCK - 1 && index < plain.length - 1) {
      close();
    }
  });
  close();
  return stuffed;
}

/** The content of a COBS run, or null: damage. */
function unstuff(run) {
  const plain = [];
  let at = 0;
  while (at < run.length) {
    const end = at + run[at];
    if (end > run.length) {
      return null;
    }
    plain.push(...run.subarray(at + 1, end));
    if (run[at] < FULL_BLOCK && end < run.length) {
      plain.push(0);
    }
    at = end;
  }
  return Buffer.from(plain);
}

/** One frame out of what lay between two zero bytes; null: damage. */
function decodeRun(run) {
  const plain = run.length > MAX_RUN_BYTES ? null : unstuff(run);
  if (plain === null || plain.length < HEADER_BYTES + CRC_BYTES) {
    return null;
  }
  const end = plain.length - CRC_BYTES;
  if (plain.readUInt32BE(end) !== crc32(plain.subarray(0, end))) {
    return null;
  }
  const version = plain.readUInt8(0);
  const payload = plain.subarray(HEADER_BYTES, end);
  if (version === VERSION && payload.length > MAX_PAYLOAD_BYTES) {
    return null;
  }
  return {
    version,
    type: plain.readUInt8(1),
    epoch: plain.readUInt32BE(2),
    seq: plain.readUInt16BE(6),
    payload,
  };
}

/** Cuts what arrives after one opening of the port into frames. */
export class FrameReader {
  #run = [];
  #isTail = true; // until the first zero byte

  /** What these bytes complete: frames of our version, and null for each damage. */
  *feed(bytes) {
    for (const byte of bytes) {
      if (byte === 0) {
        yield* this.#endRun();
      } else if (this.#run.length <= MAX_RUN_BYTES) {
        this.#run.push(byte); // one too many marks a run that is too long
      }
    }
  }

  *#endRun() {
    const run = Buffer.from(this.#run);
    const isDropped = this.#isTail || run.length === 0;
    const frame = decodeRun(run);
    this.#run = [];
    this.#isTail = false;
    if (!isDropped && (frame === null || frame.version === VERSION)) {
      yield frame;
    }
  }
}
