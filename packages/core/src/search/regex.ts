/** Regular expressions as programs, which {@link createRegexSearch} follows. */
import { foldCase } from "./fold-case.js";
import { createRegexSearch, type RegexSearch } from "./regex-search.js";
import { parseRegex, type Ranges, type RegexNode } from "./regex-syntax.js";

export type Instruction =
  | { readonly kind: "char"; readonly matches: (code: number) => boolean }
  | { readonly kind: "assertion"; readonly name: "^" | "$" | "\\b" | "\\B" }
  | Readonly<Split>
  | { readonly kind: "match" };

interface Split {
  readonly kind: "split";
  first: number;
  second: number;
}

export interface Regex {
  /** The program's length, in instructions. */
  readonly length: number;
  readonly search: RegexSearch;
}

/** Limits a search to a thousand steps per character. */
const maxInstructions = 1000;

/** Throws SyntaxError, whose message is one lower-case line, for a pattern that is not in the language or is too large. */
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
      if (program.length === start) return; // An empty part stays empty, however often it is repeated.
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

  /** Its first path continues, its second is set once the target is known; a jump is a split with two equal paths. */
  function emitSplit(): Split {
    const split: Split = { kind: "split", first: program.length + 1, second: 0 };
    emit(split);
    return split;
  }

  emitNode(node);
  emit({ kind: "match" });
  return { length: program.length, search: createRegexSearch(program) };
}

function compileClass(ranges: Ranges, isNegated: boolean, ignoreCase: boolean): (code: number) => boolean {
  const includes = (code: number) => ranges.some(([first, last]) => code >= first && code <= last);
  const decide = (code: number) => (ignoreCase ? casesOf(code).some(includes) : includes(code)) !== isNegated;
  const ascii = Array.from({ length: 128 }, (_, code) => decide(code));
  return (code) => ascii[code] ?? decide(code);
}

/** The code points that differ only in case, as far as case mapping tells. */
function casesOf(code: number): number[] {
  const char = String.fromCodePoint(code);
  const folded = foldCase(char);
  return [char, folded, folded.toUpperCase(), char.toLowerCase()]
    .filter((variant) => foldCase(variant) === folded)
    .map((variant) => variant.codePointAt(0) ?? code);
}
