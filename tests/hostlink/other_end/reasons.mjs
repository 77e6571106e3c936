// Why an epoch ended: docs/HOSTLINK.md §4.

export const CABLE_LOST = 1;
export const CLOSED = 2;
export const PEER_RESET = 4;
export const DAMAGED_FRAME = 5;
export const GAP = 6;
export const UNSUPPORTED_FRAME = 7;
export const TLS_FAILED = 8;
export const PEER_NOT_TRUSTED = 9;
export const VERSION_MISMATCH = 10;
export const MALFORMED_MESSAGE = 11;
export const UNEXPECTED_MESSAGE = 12;
export const HANDSHAKE_TIMEOUT = 13;
export const SILENT = 14;
export const NOT_PAIRED = 15;
