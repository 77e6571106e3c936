// Pairs this agent with the reader on the cable, by nothing but docs/HOSTLINK.md §9.
//
//   node pair.mjs CONFIGURATION.json
//
// The configuration is that of `agent.mjs`, and `name` is what the reader's screen calls this
// agent. What happens is told on stdout, one JSON object a line; after `asked` a line `yes` on
// stdin says that the reader showed the same digits. Exit status 0: paired.

import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

import { Cable } from './cable.mjs';
import { Ceremony } from './ceremony.mjs';
import { Certificate } from './certificate.mjs';
import { Link } from './link.mjs';
import { makeIdentity } from './own_certificate.mjs';
import { keepPairing } from './pairing_file.mjs';
import { strangeReader } from './partner.mjs';
import { REFUSALS } from './terms.mjs';

function tell(what) {
  console.log(JSON.stringify(what));
}

const configuration = JSON.parse(readFileSync(process.argv[2], 'utf-8'));
const { port, audience, name } = configuration;
const roots = [new Certificate(readFileSync(configuration.root))];
const own = makeIdentity();
const request = { type: 'PairingRequested', certificate: own.certificate, audience, name };
const hello = () => ({ audience, unixMs: Date.now() });
const link = new Link(new Cable(port), strangeReader(roots), hello);

let reader = null; // its name
let ceremony = null;
let isShown = false;
let isAsked = false;
let hasEnded = false;

link.on('up', ({ ueid }, shown) => {
  reader = ueid;
  ceremony = new Ceremony(request, ueid, shown, roots);
  link.send(request);
});
link.on('message', (message) => {
  say(ceremony.received(message));
  showAndAsk();
});
link.on('down', () => {
  if (ceremony !== null) {
    end(ceremony.refusal ?? REFUSALS.interrupted);
  }
});

function showAndAsk() {
  if (ceremony.code !== null && !isShown) {
    isShown = true;
    tell({ event: 'compare', reader: reader.toString('hex'), code: ceremony.code });
  }
  if (ceremony.isAsking && !isAsked) {
    isAsked = true;
    tell({ event: 'asked' });
    ask((answer) => say(ceremony.answered(answer === 'yes')));
  }
}

function ask(take) {
  const lines = createInterface({ input: process.stdin });
  let answer = '';
  lines.once('line', (line) => {
    answer = line.trim();
    lines.close();
  });
  lines.once('close', () => take(answer));
}

/** Send what there is to be said; nothing more is done once the last word is out. */
function say(message) {
  const then = () => ceremony.isOver && end(ceremony.refusal);
  if (message === null) {
    then();
  } else {
    link.send(message, then);
  }
}

function end(refusal) {
  if (hasEnded) {
    return;
  }
  hasEnded = true;
  if (refusal === null) {
    keepPairing(configuration.pairing, { ueid: reader, ...own, ...ceremony.paired });
    tell({ event: 'paired', reader: reader.toString('hex') });
  } else {
    tell({ event: 'not_paired', reason: refusal });
    process.exitCode = 1;
  }
  process.stdin.destroy();
  link.close();
}

link.open();
