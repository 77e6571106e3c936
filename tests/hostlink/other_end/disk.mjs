// Files that are on the disk once they are there, and off it once they are not.

import { closeSync, fsyncSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Replace a file as a whole, for this user alone; it is on the disk when this returns. */
export function keepFile(path, bytes) {
  const unfinished = `${path}.part`;
  const file = openSync(unfinished, 'w', 0o600);
  writeSync(file, bytes);
  fsyncSync(file);
  closeSync(file);
  renameSync(unfinished, path);
  syncFolderOf(path);
}

/** Take a file away for good. */
export function forgetFile(path) {
  unlinkSync(path);
  syncFolderOf(path);
}

function syncFolderOf(path) {
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
}
