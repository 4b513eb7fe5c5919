/**
 * A trigram index of payloads: which sequences of three bytes occur in them. A pattern is looked for only where all
 * trigrams of its texts occur. The index is a set of hashes, so it may say "maybe" too often, but a "no" is never
 * wrong.
 *
 * It is built from payloads without parsing them. In JSON, and in JSON within JSON, letters, digits and whatever is not
 * ASCII stand for themselves, unless written as \u0061: if there is such an escape, the answer is always "maybe". Case
 * is ignored.
 */
import { positiveOpOf } from "./clause-test.js";
import { requiredTexts } from "./required-texts.js";
import type { FilterClause } from "./tree.js";

/** The trigrams of some payloads, as they are collected. */
export interface GramSet {
  /** Adds those of a payload: JSON text in UTF-8. */
  add(payload: Uint8Array): void;
  /** A set of bits, 64 to 8,192 bytes, to query with {@link hasGrams}; empty for one that always answers "maybe". */
  toBytes(): Uint8Array;
  /** Empties it, which costs less than creating another. */
  clear(): void;
}

const allBits = 65_536;
const minBits = 512;

/**
 * At least. An absent trigram is then reported as present in 22 to 39 of 100 cases, an absent word of seven letters in
 * one.
 */
const bitsPerGram = 2;

export function createGramSet(): GramSet {
  const bytes = new Uint8Array(allBits / 8);
  let isAnything = false;

  return {
    add(payload) {
      if (!isAnything) isAnything = addGrams(bytes, payload);
    },
    toBytes() {
      if (isAnything) return new Uint8Array(0);
      const words = new Uint32Array(bytes.buffer);
      let bits = minBits;
      for (const wanted = countBits(words) * bitsPerGram; bits < wanted && bits < allBits;) bits *= 2;
      const folded = new Uint32Array(bits / 32);
      for (let from = 0; from < words.length; from += folded.length) {
        for (let place = 0; place < folded.length; place++) {
          folded[place] = (folded[place] ?? 0) | (words[from + place] ?? 0);
        }
      }
      return new Uint8Array(folded.buffer);
    },
    clear() {
      bytes.fill(0);
      isAnything = false;
    },
  };
}

/** Sets the bits of a payload's trigrams. Returns true if anything may be in the payload. */
function addGrams(bytes: Uint8Array, payload: Uint8Array): boolean {
  let isAnything = false;
  let gram = 0;
  for (let at = 0; at < payload.length; at++) {
    const byte = payload[at] ?? 0;
    const folded = foldedBytes[byte] ?? 0;
    if (folded === 0) {
      gram = 0;
      if (byte === backslash && isEscapeAt(payload, at)) isAnything = true;
      continue;
    }
    gram = ((gram << 8) | folded) & 0xffffff;
    if (gram > 0xffff) {
      const bit = hash(gram);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (1 << (bit & 7));
    }
    if (byte >= 0xc4 && isCaseOfAscii(payload, at)) isAnything = true;
  }
  return isAnything;
}

/** The trigrams of every payload that the clause, by its positive operator, matches; none if that cannot be told. */
export function clauseGrams(clause: FilterClause): number[] {
  const { texts, ignoreCase } = requiredTexts(clause);
  return [...new Set(texts.flatMap((text) => textGrams(text, ignoreCase)))];
}

/**
 * The trigrams in the payload of every span for which a clause is true; none if that cannot be told. A negated pattern
 * is true for payloads without its texts, so it requires nothing.
 */
export function requiredGrams(clause: FilterClause): number[] {
  const { name, key = "" } = clause.field;
  if (name === "span.attributes") return clause.op === "IS NULL" ? [] : textGrams(key, false);
  const isContent = name === "trace.text" || name === "span.content";
  return isContent && positiveOpOf(clause.op) === clause.op ? clauseGrams(clause) : [];
}

/** The trigrams of every payload that contains the text as part of a string or a key. */
function textGrams(text: string, ignoreCase: boolean): number[] {
  const words = text.match(ignoreCase ? caselessWord : exactWord) ?? [];
  return words.filter((word) => !isNumberLike(word)).flatMap(wordGrams);
}

/** Whether a set may have all of them. */
export function hasGrams(bytes: Uint8Array, grams: readonly number[]): boolean {
  if (bytes.length === 0) return true;
  const mask = bytes.length * 8 - 1;
  return grams.every((gram) => (((bytes[(gram & mask) >> 3] ?? 0) >> (gram & 7)) & 1) === 1);
}

/** No surrogates: half a pair cannot be written in UTF-8. */
const exactWord = /[\w \x80-\ud7ff\ue000-\uffff]{2,}/g;
/** Beyond ASCII, only characters without case. */
const caselessWord = /[\w \u2e80-\u9fff\uac00-\ud7a3]{2,}/g;

/** A number is searched as JavaScript writes it, which may differ from the payload. */
function isNumberLike(word: string): boolean {
  return /^[\de]*$/i.test(word) || ["infinity", "nan"].some((name) => name.includes(word.toLowerCase()));
}

function wordGrams(word: string): number[] {
  const bytes = Array.from(new TextEncoder().encode(word), (byte) => foldedBytes[byte] ?? 0);
  return bytes
    .slice(2)
    .map((third, index) => hash(((bytes[index] ?? 0) << 16) | ((bytes[index + 1] ?? 0) << 8) | third));
}

/** What each byte counts as: 0 for bytes that JSON may write differently, which end a word. */
const foldedBytes = Uint8Array.from({ length: 256 }, (_, byte) => {
  const isUpperCase = byte >= 0x41 && byte <= 0x5a;
  if (isUpperCase) return byte | 0x20;
  return byte >= 0x80 || /[a-z0-9_ ]/.test(String.fromCharCode(byte)) ? byte : 0;
});

/** 16 bits. The multiplier is Fibonacci hashing's: 2 to the power of 32, divided by the golden ratio. */
function hash(gram: number): number {
  return Math.imul(gram, 0x9e3779b1) >>> 16;
}

const backslash = 0x5c;
const lowerCaseU = 0x75;

/** Whether a character is escaped by its code here, other than a control character, which is in no word. */
function isEscapeAt(payload: Uint8Array, at: number): boolean {
  if (payload[at + 1] !== lowerCaseU) return false;
  const code = String.fromCharCode(...payload.subarray(at + 1, at + 6));
  return /^u[\da-f]{4}$/i.test(code) && !/^u00[01]/.test(code);
}

/** Whether "ı", "ſ" or the Kelvin sign begins here, which equal "i", "s" and "k" when case is ignored. */
function isCaseOfAscii(payload: Uint8Array, at: number): boolean {
  const second = payload[at + 1];
  switch (payload[at]) {
    case 0xc4:
      return second === 0xb1;
    case 0xc5:
      return second === 0xbf;
    case 0xe2:
      return second === 0x84 && payload[at + 2] === 0xaa;
    default:
      return false;
  }
}

function countBits(words: Uint32Array): number {
  let count = 0;
  for (let place = 0; place < words.length; place++) {
    let word = words[place] ?? 0;
    if (word === 0) continue;
    // Source: Henry S. Warren, "Hacker's Delight", figure 5-2
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    count += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}
