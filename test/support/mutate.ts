/** Damage to files, as disks, editors, other writers and attackers cause it. */
import type { Random } from "./random.js";

const scraps = [
  ...[
    "{",
    "}",
    "[",
    "]",
    '"',
    "\\",
    ":",
    ",",
    "null",
    "true",
    "-1",
    "1e999",
    '""',
    "[]",
    "{}",
    "\\ud800",
    "\u0000",
  ],
  ...[
    '"__proto__":{"a":1},',
    '"constructor":null,',
    '"traceId":"","',
    "99999999999999999999999999",
    "0x10",
    "NaN",
  ],
  ...["[".repeat(300), '{"arrayValue":{"values":['.repeat(300), "\u2028", "}]}", "//", "'"],
];

const swaps: readonly (readonly [RegExp, string])[] = [
  [/"[0-9a-f]{32}"/g, '"xyz"'],
  [/"[0-9a-f]{16}"/g, "17"],
  [/"spans":\[/g, '"spans":["no",'],
  [/"attributes":\[/g, '"attributes":{"0":['],
  [/"startTimeUnixNano":/g, '"startTimeUnixNano":"9".concat'],
  [/"startTimeUnixNano":"\d+"/g, '"startTimeUnixNano":"99999999999999999999999"'],
  [/"startTimeUnixNano":/g, '"startTimeUnixNano":null,"x":'],
  [/"key":/g, '"key":{"a":[]},"no":'],
  [/"intValue":/g, '"intValue":"1.5","no":'],
  [/"resource":/g, '"resource":7,"no":'],
  [/"name":/g, '"__proto__":{"name":"x"},"name":'],
];

/** What `mutate` has made so far, for long runs to report. */
export const damage = { inputs: 0, bytes: 0 };

/** The bytes with one to three injuries. */
export function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  let injured = bytes;
  for (let count = random.integer(1, 3); count > 0; count--) injured = random.pick(injuries)(injured, random);
  damage.inputs++;
  damage.bytes += injured.length;
  return injured;
}

const injuries: readonly ((bytes: Uint8Array, random: Random) => Uint8Array)[] = [
  function flipBit(bytes, random) {
    // Not slice: a Buffer's shares its bytes.
    const copy = Uint8Array.from(bytes);
    const at = random.integer(0, copy.length - 1);
    copy[at] = (copy[at] ?? 0) ^ (1 << random.integer(0, 7));
    return copy;
  },
  function truncate(bytes, random) {
    return bytes.slice(0, random.integer(0, bytes.length));
  },
  function insert(bytes, random) {
    const at = random.integer(0, bytes.length);
    return joined(bytes.slice(0, at), new TextEncoder().encode(random.pick(scraps)), bytes.slice(at));
  },
  function insertBadUtf8(bytes, random) {
    const at = random.integer(0, bytes.length);
    return joined(bytes.slice(0, at), Uint8Array.from([0xff, 0xc0, 0xed, 0xa0]), bytes.slice(at));
  },
  function cutOut(bytes, random) {
    const at = random.integer(0, bytes.length);
    return joined(bytes.slice(0, at), bytes.slice(at + random.integer(1, 40)));
  },
  function repeat(bytes, random) {
    const at = random.integer(0, bytes.length);
    const end = at + random.integer(1, 200);
    return joined(bytes.slice(0, end), bytes.slice(at));
  },
  function swapType(bytes, random) {
    const [what, into] = random.pick(swaps);
    const text = new TextDecoder().decode(bytes);
    const places = [...text.matchAll(what)];
    if (places.length === 0) return bytes;
    const { index, 0: found } = random.pick(places);
    return new TextEncoder().encode(text.slice(0, index) + into + text.slice(index + found.length));
  },
];

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
