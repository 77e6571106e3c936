// The agent's end of the link in another language. It knows nothing but what docs/HOSTLINK.md and
// hostlink/messages.cddl say, to prove that they are enough.
//
//   node agent.mjs CONFIGURATION.json
//
// The configuration names `port`, the file `pairing` that `pair.mjs` left, the PEM file `root`, the
// `audience`, the folder `results`, and as `patient` what VisitOptions tells of whoever comes. What
// happens is told on stdout, one JSON object a line.

import { readFileSync } from 'node:fs';

import { Cable } from './cable.mjs';
import { Certificate } from './certificate.mjs';
import { Desk } from './desk.mjs';
import { Link } from './link.mjs';
import { readPairing } from './pairing_file.mjs';
import { pairedReader } from './partner.mjs';
import { Store } from './store.mjs';

function tell(what) {
  console.log(JSON.stringify(what));
}

const configuration = JSON.parse(readFileSync(process.argv[2], 'utf-8'));
const { port, audience, patient } = configuration;
const roots = [new Certificate(readFileSync(configuration.root))];
const reader = pairedReader(readPairing(configuration.pairing));

const terms = { audience, roots, patient };
const desk = new Desk(terms, new Store(configuration.results), tell);
const link = new Link(new Cable(port), reader, (hello) => desk.hello(hello));

link.on('up', ({ nextSeq }) => tell({ event: 'up', nextSeq: Number(nextSeq) }));
link.on('down', (reason) => tell({ event: 'down', reason }));
link.on('message', (message) => {
  const answer = desk.answer(message);
  if (answer !== null) {
    link.send(answer);
  }
});
process.once('SIGTERM', () => link.close());
link.open();
