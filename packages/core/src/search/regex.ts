/**
 * Regular expressions that cannot hang: all ways through the pattern are followed at once, character by character, so the
 * steps of a search are at most the length of the text times the size of the program.
 *
 * Source: Ken Thompson, "Regular expression search algorithm" (1968), as in Russ Cox, swtch.com/~rsc/regexp/regexp2.html
 */
import { foldCase } from "./fold-case.js";
import { parseRegex, type Ranges, type RegexNode } from "./regex-syntax.js";

type Instruction =
  | { readonly kind: "char"; readonly matches: (code: number) => boolean }
  | { readonly kind: "assertion"; readonly name: "^" | "$" | "\\b" | "\\B" }
  | Readonly<Split>
  | { readonly kind: "match" };

interface Split {
  readonly kind: "split";
  first: number;
  second: number;
}

export type Regex = readonly Instruction[];

/** Bounds a search to a thousand steps a character. */
const maxInstructions = 1000;

/** Throws SyntaxError, whose message is one lower-case line, for what is not in the language or too large. */
export function compileRegex(pattern: string): Regex {
  const { node, ignoreCase } = parseRegex(pattern);
  const program: Instruction[] = [];
  const classes = new Map<RegexNode, (code: number) => boolean>();

  function emit(instruction: Instruction): void {
    if (program.length >= maxInstructions) throw new SyntaxError("it is too large: use smaller repetitions");
    program.push(instruction);
  }

  function emitNode(node: RegexNode): void {
    switch (node.kind) {
      case "class":
        return emitClass(node);
      case "assertion":
        return emit(node);
      case "sequence":
        for (const part of node.parts) emitNode(part);
        return;
      case "choice":
        return emitChoice(node.parts);
      case "repeat":
        return emitRepeat(node.part, node.least, node.most);
    }
  }

  /** Compiled once, however often it is repeated. */
  function emitClass(node: RegexNode & { readonly kind: "class" }): void {
    const matches = classes.get(node) ?? compileClass(node.ranges, node.isNegated, ignoreCase);
    classes.set(node, matches);
    emit({ kind: "char", matches });
  }

  function emitChoice(parts: readonly RegexNode[]): void {
    const jumps: Split[] = [];
    parts.forEach((part, index) => {
      if (index === parts.length - 1) return emitNode(part);
      const split = emitSplit();
      emitNode(part);
      jumps.push(emitSplit());
      split.second = program.length;
    });
    for (const jump of jumps) jump.first = jump.second = program.length;
  }

  function emitRepeat(part: RegexNode, least: number, most: number): void {
    for (let count = 0; count < least; count++) {
      const start = program.length;
      emitNode(part);
      if (program.length === start) return; // Nothing, however often, is nothing.
    }
    if (most === Infinity) {
      const start = program.length;
      const split = emitSplit();
      emitNode(part);
      const jump = emitSplit();
      jump.first = jump.second = start;
      split.second = program.length;
      return;
    }
    const splits: Split[] = [];
    for (let count = least; count < most; count++) {
      splits.push(emitSplit());
      emitNode(part);
    }
    for (const split of splits) split.second = program.length;
  }

  /** Its first way goes on, its second is set once its place is known; a jump is a split whose two ways are one. */
  function emitSplit(): Split {
    const split: Split = { kind: "split", first: program.length + 1, second: 0 };
    emit(split);
    return split;
  }

  emitNode(node);
  emit({ kind: "match" });
  return program;
}

/** Whether the text has a match anywhere, and how many instructions that took. */
export function searchRegex(
  program: Regex,
  text: string,
): { readonly found: boolean; readonly steps: number } {
  // Where an instruction was last added: each is followed once a place.
  const addedAt = new Float64Array(program.length).fill(-1);
  let current: number[] = [];
  let steps = 0;
  let place = 0;

  /** Follows what takes no character; true where that is the end of the pattern. */
  function add(list: number[], start: number): boolean {
    const pending = [start];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      const instruction = program[at];
      if (!instruction || addedAt[at] === place) continue;
      addedAt[at] = place;
      steps++;
      if (instruction.kind === "match") return true;
      if (instruction.kind === "char") list.push(at);
      else if (instruction.kind === "split") pending.push(instruction.first, instruction.second);
      else if (holds(instruction.name, text, place)) pending.push(at + 1);
    }
    return false;
  }

  for (;;) {
    if (add(current, 0)) return { found: true, steps };
    const code = text.codePointAt(place);
    if (code === undefined) return { found: false, steps };
    place += code > 0xffff ? 2 : 1;
    const next: number[] = [];
    for (const at of current) {
      const instruction = program[at];
      if (instruction?.kind !== "char" || !instruction.matches(code)) continue;
      if (add(next, at + 1)) return { found: true, steps };
    }
    current = next;
  }
}

function compileClass(ranges: Ranges, isNegated: boolean, ignoreCase: boolean): (code: number) => boolean {
  const includes = (code: number) => ranges.some(([first, last]) => code >= first && code <= last);
  const decide = (code: number) => (ignoreCase ? casesOf(code).some(includes) : includes(code)) !== isNegated;
  const ascii = Array.from({ length: 128 }, (_, code) => decide(code));
  return (code) => ascii[code] ?? decide(code);
}

/** The code points that are the same but for their case, as far as case mapping tells. */
function casesOf(code: number): number[] {
  const char = String.fromCodePoint(code);
  const folded = foldCase(char);
  return [char, folded, folded.toUpperCase(), char.toLowerCase()]
    .filter((variant) => foldCase(variant) === folded)
    .map((variant) => variant.codePointAt(0) ?? code);
}

function holds(name: "^" | "$" | "\\b" | "\\B", text: string, place: number): boolean {
  if (name === "^") return place === 0;
  if (name === "$") return place === text.length;
  const isEdge = isWord(text[place - 1]) !== isWord(text[place]);
  return isEdge === (name === "\\b");
}

function isWord(char: string | undefined): boolean {
  return char !== undefined && /\w/.test(char);
}
