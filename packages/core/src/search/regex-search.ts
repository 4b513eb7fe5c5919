/**
 * Searches that cannot hang: all paths through a program are followed at once, character by character, so the steps of
 * a search are at most the length of the text times the size of the program. Steps that were taken before, from the
 * same paths over the same character, are remembered and cost one lookup.
 *
 * Source: Ken Thompson, "Regular expression search algorithm" (1968), as in Russ Cox, swtch.com/~rsc/regexp/regexp1.html
 */
import type { Instruction } from "./regex.js";

/** Whether the text has a match anywhere, and how many instructions had to be followed. */
export type RegexSearch = (text: string) => { readonly found: boolean; readonly steps: number };

/** The state of a search between two characters. */
interface State {
  /** The instructions to continue from, not yet followed, because assertions among them depend on the next character. */
  readonly instructions: readonly number[];
  readonly before: "start" | "word" | "other";
  /** The state that each ASCII character leads to, as far as known, and the same for all others. */
  ascii: (State | undefined)[];
  readonly others: Map<number, State>;
}

/**
 * Steps between states; beyond this all are forgotten, because a hostile pattern has up to 2 to the power of its size
 * states.
 */
const maxKnownSteps = 20_000;

const endOfText = -1;
const matched: State = { instructions: [], before: "other", ascii: [], others: new Map() };

export function createRegexSearch(program: readonly Instruction[]): RegexSearch {
  const states = new Map<string, State>();
  const start = stateOf([], "start");
  let knownSteps = 0;

  function stateOf(instructions: readonly number[], before: State["before"]): State {
    const key = `${before} ${instructions.join()}`;
    const state = states.get(key) ?? { instructions, before, ascii: noneKnown(), others: new Map() };
    states.set(key, state);
    return state;
  }

  function remember(from: State, code: number, to: State): void {
    if (++knownSteps > maxKnownSteps) forget();
    if (code >= 0 && code < asciiSize) from.ascii[code] = to;
    else from.others.set(code, to);
  }

  function forget(): void {
    for (const state of [start, ...states.values()]) {
      state.ascii = noneKnown();
      state.others.clear();
    }
    states.clear();
    knownSteps = 0;
  }

  /** Follows a state over a character or the end. Returns the state it leads to, and how many steps that took. */
  function follow({ instructions, before }: State, code: number): { next: State; steps: number } {
    const followed = new Set<number>();
    const after = new Set<number>();
    // A match may begin anywhere.
    const pending = [0, ...instructions];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      const instruction = program[at];
      if (!instruction || followed.has(at)) continue;
      followed.add(at);
      if (instruction.kind === "match") return { next: matched, steps: followed.size };
      if (instruction.kind === "split") pending.push(instruction.first, instruction.second);
      else if (instruction.kind === "assertion") {
        if (holds(instruction.name, before, code)) pending.push(at + 1);
      } else if (code !== endOfText && instruction.matches(code)) after.add(at + 1);
    }
    const inOrder = [...after].sort((a, b) => a - b);
    return { next: stateOf(inOrder, isWord(code) ? "word" : "other"), steps: followed.size };
  }

  return (text) => {
    let state = start;
    let steps = 0;
    for (let place = 0; place <= text.length; place++) {
      let code = place < text.length ? text.charCodeAt(place) : endOfText;
      if (code >= 0xd800 && code < 0xdc00) {
        code = text.codePointAt(place) ?? code;
        if (code > 0xffff) place++;
      }
      let next = code >= 0 && code < asciiSize ? state.ascii[code] : state.others.get(code);
      if (!next) {
        const step = follow(state, code);
        steps += step.steps;
        next = step.next;
        remember(state, code, next);
      }
      if (next === matched) return { found: true, steps };
      state = next;
    }
    return { found: false, steps };
  };
}

const asciiSize = 128;

function noneKnown(): undefined[] {
  return new Array<undefined>(asciiSize).fill(undefined);
}

function holds(name: "^" | "$" | "\\b" | "\\B", before: State["before"], next: number): boolean {
  if (name === "^") return before === "start";
  if (name === "$") return next === endOfText;
  const isEdge = (before === "word") !== isWord(next);
  return isEdge === (name === "\\b");
}

/** Letters, digits and "_" of ASCII, as in \w. */
function isWord(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x5f
  );
}
