/**
 * The regular expressions of RLIKE: what JavaScript, Python and RE2 have in common and a linear search can do.
 *
 *     a . [a-z] [^a-z]        a character, any but a line's end, one of some, any but some
 *     \d \w \s \D \W \S       digits, word characters, white space, and all but these; in [] too
 *     \n \r \t \f \v \0 \xHH \uHHHH \u{H…}, and any character after "\"
 *     ab  a|b  (a)  (?:a)     one after another, one or another, a group
 *     a* a+ a? a{2} a{2,} a{2,5}     and lazy with "?" after them, which finds the same
 *     ^ $ \b \B               start and end of the text, edge of a word and not
 *     (?i)                    at the very start: case does not count
 */
export type RegexNode =
  | { readonly kind: "class"; readonly ranges: Ranges; readonly isNegated: boolean }
  | { readonly kind: "assertion"; readonly name: "^" | "$" | "\\b" | "\\B" }
  | { readonly kind: "sequence" | "choice"; readonly parts: readonly RegexNode[] }
  | { readonly kind: "repeat"; readonly part: RegexNode; readonly least: number; readonly most: number };

/** Pairs of code points, first and last, in any order. */
export type Ranges = readonly (readonly [number, number])[];

export interface RegexSyntax {
  readonly node: RegexNode;
  readonly ignoreCase: boolean;
}

const maxCode = 0x10ffff;
const maxDepth = 100;
// Ranges are built from these on demand, because a page that is starting needs none.
const digit = "09";
const word = "azAZ09__";
const space =
  "\t\r  \u00a0\u00a0\u1680\u1680\u2000\u200a\u2028\u2029\u202f\u202f\u205f\u205f\u3000\u3000\ufeff\ufeff";
const lineEnd = "\n\n\r\r\u2028\u2029";
const sets: Readonly<Record<string, () => Ranges>> = {
  d: () => ranges(digit),
  w: () => ranges(word),
  s: () => ranges(space),
  D: () => invert(ranges(digit)),
  W: () => invert(ranges(word)),
  S: () => invert(ranges(space)),
};
const controls: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", f: "\f", v: "\v", 0: "\0" };

/** Throws SyntaxError, whose message is one lower-case line, for anything it does not support. */
export function parseRegex(pattern: string): RegexSyntax {
  const ignoreCase = pattern.startsWith("(?i)");
  const chars = Array.from(ignoreCase ? pattern.slice(4) : pattern);
  let at = 0;

  function take(text: string): boolean {
    const found = chars.slice(at, at + text.length).join("") === text;
    if (found) at += text.length;
    return found;
  }

  function parseChoice(depth: number): RegexNode {
    if (depth > maxDepth) throw new SyntaxError(`groups are nested more than ${maxDepth} deep`);
    const parts = [parseSequence(depth)];
    while (take("|")) parts.push(parseSequence(depth));
    return { kind: "choice", parts };
  }

  function parseSequence(depth: number): RegexNode {
    const parts: RegexNode[] = [];
    while (at < chars.length && chars[at] !== "|" && chars[at] !== ")") {
      parts.push(parseRepeat(parseAtom(depth)));
    }
    return { kind: "sequence", parts };
  }

  function parseRepeat(part: RegexNode): RegexNode {
    const bounds = parseBounds();
    if (!bounds) return part;
    const [least, most] = bounds;
    if (least > most) throw new SyntaxError(`a repetition from ${least} to ${most} is out of order`);
    if (part.kind === "assertion") throw new SyntaxError(`nothing to repeat: ${part.name} has no length`);
    take("?");
    if (parseBounds()) throw new SyntaxError("a repetition is repeated without a group around it");
    return { kind: "repeat", part, least, most };
  }

  /** A "{" that begins no repetition stands for itself. */
  function parseBounds(): readonly [number, number] | undefined {
    if (take("*")) return [0, Infinity];
    if (take("+")) return [1, Infinity];
    if (take("?")) return [0, 1];
    const [source = "", least = "", comma, most] =
      chars[at] === "{" ? (/^\{(\d{1,9})(,(\d{1,9})?)?\}/.exec(chars.slice(at, at + 22).join("")) ?? []) : [];
    at += source.length;
    if (source === "") return undefined;
    return [Number(least), comma === undefined ? Number(least) : Number(most ?? Infinity)];
  }

  function parseAtom(depth: number): RegexNode {
    const char = chars[at++] ?? "";
    switch (char) {
      case "(": {
        if (!take("?:") && chars[at] === "?") {
          throw new SyntaxError(
            `(?${chars[at + 1] ?? ""} is not supported, only (?:…), and (?i) at the start`,
          );
        }
        const node = parseChoice(depth + 1);
        if (!take(")")) throw new SyntaxError("a group is not closed");
        return node;
      }
      case "[":
        return parseClass();
      case ".":
        return { kind: "class", ranges: ranges(lineEnd), isNegated: true };
      case "^":
      case "$":
        return { kind: "assertion", name: char };
      case "*":
      case "+":
      case "?":
        throw new SyntaxError(`nothing to repeat before ${char}`);
      case "\\":
        if (take("b")) return { kind: "assertion", name: "\\b" };
        if (take("B")) return { kind: "assertion", name: "\\B" };
        return { kind: "class", ranges: parseEscape(), isNegated: false };
      default:
        return { kind: "class", ranges: ranges(char + char), isNegated: false };
    }
  }

  function parseClass(): RegexNode {
    const isNegated = take("^");
    const found: (readonly [number, number])[] = [];
    while (!take("]")) {
      const first = parseClassPart();
      const isRange = chars[at] === "-" && at + 1 < chars.length && chars[at + 1] !== "]";
      if (!isRange) {
        found.push(...first);
        continue;
      }
      at++;
      const from = onlyCode(first);
      const to = onlyCode(parseClassPart());
      if (from > to) throw new SyntaxError("a range of characters is out of order");
      found.push([from, to]);
    }
    return { kind: "class", ranges: found, isNegated };
  }

  function parseClassPart(): Ranges {
    const char = chars[at++];
    if (char === undefined) throw new SyntaxError("a [ is not closed");
    if (char !== "\\") return ranges(char + char);
    return take("b") ? ranges("\b\b") : parseEscape();
  }

  function parseEscape(): Ranges {
    const char = chars[at++];
    if (char === undefined) throw new SyntaxError("nothing follows the last \\");
    const set = Object.hasOwn(sets, char) ? sets[char]?.() : undefined;
    if (set) return set;
    if (char === "x" || char === "u") return codeRange(parseHex(char));
    const control = Object.hasOwn(controls, char) ? controls[char] : undefined;
    if (control === undefined && /[\p{L}\p{N}]/u.test(char)) {
      throw new SyntaxError(`\\${char} is not supported`);
    }
    return ranges((control ?? char).repeat(2));
  }

  function parseHex(kind: "x" | "u"): number {
    const ahead = chars.slice(at, at + 8).join("");
    const [source, digits, braced] =
      (kind === "x" ? /^([\da-f]{2})/i : /^(?:([\da-f]{4})|\{([\da-f]{1,6})\})/i).exec(ahead) ?? [];
    const code = parseInt(digits ?? braced ?? "", 16);
    if (source === undefined || !(code <= maxCode)) {
      throw new SyntaxError(`\\${kind} is not followed by a code in hex`);
    }
    at += source.length;
    return code;
  }

  const node = parseChoice(0);
  if (at < chars.length) throw new SyntaxError("a ) closes no group");
  return { node, ignoreCase };
}

/** All code points outside the ranges. */
function invert(inside: Ranges): Ranges {
  const outside: [number, number][] = [];
  let next = 0;
  for (const [first, last] of [...inside].sort(([a], [b]) => a - b)) {
    if (first > next) outside.push([next, first - 1]);
    next = Math.max(next, last + 1);
  }
  return next <= maxCode ? [...outside, [next, maxCode]] : outside;
}

function onlyCode(found: Ranges): number {
  const [[first, last] = [0, 1], ...others] = found;
  if (first !== last || others.length > 0) throw new SyntaxError("a range of characters ends in a set");
  return first;
}

function codeRange(code: number): Ranges {
  return [[code, code]];
}

/** From a text of pairs: "azAZ" is a to z and A to Z. */
function ranges(pairs: string): Ranges {
  const codes = Array.from(pairs, (char) => char.codePointAt(0) ?? 0);
  return codes.flatMap((first, index) =>
    index % 2 === 0 ? [[first, codes[index + 1] ?? first] as const] : [],
  );
}
