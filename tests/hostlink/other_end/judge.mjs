// What this implementation makes of test vectors; `../test_other_end.py` compares.
//
//   node judge.mjs frame    {type, epoch, seq, payload} → bytes, and bytes → frames
//   node judge.mjs message  bytes → their encoding again, or null
//   node judge.mjs pairing  {sessionCertificate, …} → {commitment, code, …}
//   node judge.mjs result ROOT.pem   bytes → the reason why it is invalid, or null
//
// A JSON value a line on stdin, its answer a line on stdout; bytes are in hexadecimal.

import { readFileSync } from 'node:fs';

import { Certificate } from './certificate.mjs';
import { FrameReader, encodeFrame } from './frame.mjs';
import { MalformedMessage, decodeMessage, encodeMessage } from './messages.mjs';
import * as pairing from './pairing.mjs';
import { InvalidResult, verifyResult } from './result.mjs';

function judgeFrame({ encoded, ...frame }) {
  if (encoded === undefined) {
    return encodeFrame({ ...frame, payload: Buffer.from(frame.payload, 'hex') }).toString('hex');
  }
  const frames = [...new FrameReader().feed(Buffer.from(encoded, 'hex'))];
  return frames.map((each) => each && { ...each, payload: each.payload.toString('hex') });
}

function judgeMessage(encoded) {
  try {
    return encodeMessage(decodeMessage(Buffer.from(encoded, 'hex'))).toString('hex');
  } catch (error) {
    if (error instanceof MalformedMessage) {
      return null;
    }
    throw error;
  }
}

function judgePairing({ audience, agentName, ...hex }) {
  const bytes = Object.entries(hex).map(([name, value]) => [name, Buffer.from(value, 'hex')]);
  const given = { audience, agentName, ...Object.fromEntries(bytes) };
  const { deviceNonce, agentNonce, secret, deviceChallenge, agentChallenge } = given;
  const proofOf = (make) => make(secret, deviceChallenge, agentChallenge).toString('hex');
  return {
    commitment: pairing.commitmentOf(given, deviceNonce).toString('hex'),
    code: pairing.codeOf(given, deviceNonce, agentNonce),
    statement: pairing.statementOf(given, deviceNonce, agentNonce).toString('hex'),
    agentProof: proofOf(pairing.agentProof),
    deviceProof: proofOf(pairing.deviceProof),
    serverName: pairing.serverName(given.readerCertificate),
  };
}

function judgeResult(encoded, roots) {
  try {
    verifyResult(Buffer.from(encoded, 'hex'), roots);
    return null;
  } catch (error) {
    if (error instanceof InvalidResult) {
      return error.reason;
    }
    throw error;
  }
}

const [kind, rootFile] = process.argv.slice(2);
const roots = rootFile ? [new Certificate(readFileSync(rootFile))] : [];
const judges = {
  frame: judgeFrame,
  message: judgeMessage,
  pairing: judgePairing,
  result: judgeResult,
};
for (const line of readFileSync(0, 'utf-8').split('\n').filter(Boolean)) {
  console.log(JSON.stringify(judges[kind](JSON.parse(line), roots)));
}
