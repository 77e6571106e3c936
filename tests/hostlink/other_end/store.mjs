// Results on the disk, each once: a file for every (ueid, seq).

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { keepFile } from './disk.mjs';

export class Store {
  #folder;

  constructor(folder) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
  }

  /** The highest number of a result of this reader; 0: none is here. */
  highestSeq(ueid) {
    const start = `${ueid.toString('hex')}-`;
    const names = readdirSync(this.#folder).filter(
      (name) => name.startsWith(start) && name.endsWith('.cose'),
    );
    const seqs = names.map((name) => BigInt(name.slice(start.length, -'.cose'.length)));
    return seqs.reduce((highest, seq) => (seq > highest ? seq : highest), 0n);
  }

  /** On the disk when it returns; `new`, `known`, or `aside`: another one has that number. */
  keep(ueid, seq, bytes) {
    const path = this.#pathOf(ueid, seq);
    if (!existsSync(path)) {
      keepFile(path, bytes);
      return 'new';
    }
    if (readFileSync(path).equals(bytes)) {
      return 'known';
    }
    keepFile(`${path}.${createHash('sha256').update(bytes).digest('hex')}.aside`, bytes);
    return 'aside';
  }

  #pathOf(ueid, seq) {
    return join(this.#folder, `${ueid.toString('hex')}-${seq}.cose`);
  }
}
