// Renews both ends' keys, or ends the pairing, by nothing but docs/HOSTLINK.md §9.
//
//   node change.mjs renew|unpair CONFIGURATION.json
//
// The configuration is that of `agent.mjs`, which must not run meanwhile.

import { readFileSync } from 'node:fs';

import { Cable } from './cable.mjs';
import { forgetFile } from './disk.mjs';
import { Link } from './link.mjs';
import { makeIdentity } from './own_certificate.mjs';
import { keepPairing, readPairing } from './pairing_file.mjs';
import { pairedReader } from './partner.mjs';

const [task, configurationFile] = process.argv.slice(2);
const configuration = JSON.parse(readFileSync(configurationFile, 'utf-8'));
const { port, audience, pairing: path } = configuration;
const pairing = readPairing(path);
const own = makeIdentity();

const tasks = {
  renew: {
    say: { type: 'CertificateRenewed', certificate: own.certificate },
    answer: 'CertificateKept',
    finish: ({ certificate }) =>
      keepPairing(path, { ...pairing, identity: own.identity, readerCertificate: certificate }),
  },
  unpair: {
    say: { type: 'Unpaired' },
    answer: 'PairingForgotten',
    finish: () => forgetFile(path),
  },
};

const { say, answer, finish } = tasks[task];
const hello = () => ({ audience, unixMs: Date.now() });
const link = new Link(new Cable(port), pairedReader(pairing), hello);

link.on('up', () => link.send(say));
link.on('message', (message) => {
  if (message.type === answer) {
    finish(message);
    link.close();
  }
});
link.open();
