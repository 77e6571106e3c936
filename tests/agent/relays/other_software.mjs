// Watches a folder with chokidar and reads what it finds with fast-xml-parser, neither of which
// was written here: known reception software stands on both (facts/oqs.md §2.3 and §6.2).
//
// node other_software.mjs FOLDER: prints a line of JSON for each event, after one that says
// "ready"; ends when its standard input does, or after a minute.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { watch } from "chokidar";
import { XMLParser } from "fast-xml-parser";

const parser = new XMLParser({ parseTagValue: false, trimValues: false });

function read(path) {
  const bytes = readFileSync(path);
  const [, encoding] = /encoding="([^"]+)"/.exec(bytes.toString("latin1")) ?? [];
  if (encoding === undefined) return null;
  const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  return parser.parse(text).XmlMsg;
}

function tell(event, path) {
  console.log(JSON.stringify({ event, name: basename(path), message: read(path) }));
}

watch(process.argv[2], { depth: 0, ignored: (path) => basename(path).startsWith(".uketsuke-") })
  .on("add", (path) => tell("add", path))
  .on("change", (path) => tell("change", path))
  .on("ready", () => console.log(JSON.stringify({ event: "ready" })));
setTimeout(process.exit, 60_000, 1);
process.stdin.on("end", () => process.exit()).resume();
