import { setOwn } from "../model/objects.js";

/**
 * A parameter of a function, read from its source so that inputs can be shown by name. A destructured one has no name,
 * and a function whose source is hidden (native, bound) gives no list.
 */
export interface Parameter {
  readonly name: string | undefined;
  readonly isRest: boolean;
  /** The default, if it is a literal. */
  readonly defaultValue?: unknown;
}

const opening = "([{";
const closing = ")]}";
const namePattern = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

export function parametersOf(fn: (...args: never[]) => unknown): readonly Parameter[] | undefined {
  const source = Function.prototype.toString.call(fn);
  if (source.endsWith("{ [native code] }")) return undefined;
  const list = parameterList(withoutComments(source));
  return list === undefined ? undefined : splitAtTopLevel(list, ",").map(toParameter);
}

/** The arguments of a call, by name if there is one, else by position; literal defaults are filled in. */
export function nameArguments(
  parameters: readonly Parameter[] | undefined,
  args: readonly unknown[],
): unknown {
  if (!parameters || (parameters.length === 0 && args.length > 0)) return args;
  const inputs: Record<string, unknown> = {};
  let count = 0;
  for (const { name, isRest, defaultValue } of parameters) {
    const value = isRest ? args.slice(count) : args[count] === undefined ? defaultValue : args[count];
    if (value !== undefined) setOwn(inputs, name ?? String(count), value);
    count = isRest ? args.length : count + 1;
  }
  for (; count < args.length; count++) if (args[count] !== undefined) inputs[count] = args[count];
  return inputs;
}

function parameterList(source: string): string | undefined {
  const bare = /^(?:async\s+)?([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*=>/u.exec(source);
  if (bare) return bare[1];
  // A computed method name may contain parentheses: the list begins at the first "(" outside brackets.
  const start = findAtTopLevel(source, "(");
  if (start === undefined || source.startsWith("class")) return undefined;
  const end = findAtTopLevel(source.slice(start + 1), ")");
  return end === undefined ? undefined : source.slice(start + 1, start + 1 + end);
}

function toParameter(text: string): Parameter {
  const isRest = text.startsWith("...");
  const [target = "", ...defaults] = splitAtTopLevel(isRest ? text.slice(3) : text, "=");
  const name = namePattern.test(target) ? target : undefined;
  const literal = defaults.length === 1 ? readLiteral(defaults[0] ?? "") : undefined;
  return { name, isRest, ...(literal !== undefined && { defaultValue: literal }) };
}

function readLiteral(text: string): unknown {
  const json = /^'[^'"\\\n]*'$/.test(text) ? `"${text.slice(1, -1)}"` : text;
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

function splitAtTopLevel(text: string, separator: string): string[] {
  const parts: string[] = [];
  let rest = text;
  for (;;) {
    const at = findAtTopLevel(rest, separator);
    if (at === undefined) break;
    parts.push(rest.slice(0, at).trim());
    rest = rest.slice(at + 1);
  }
  // No parameter follows a trailing comma.
  if (rest.trim() !== "") parts.push(rest.trim());
  return parts;
}

/** Where the character first occurs outside brackets and quotes. */
function findAtTopLevel(text: string, character: string): number | undefined {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const current = text.charAt(i);
    if (depth === 0 && current === character && !isArrowOrComparison(text, i)) return i;
    if (current === '"' || current === "'" || current === "`") i = skipQuoted(text, i);
    else if (opening.includes(current)) depth++;
    else if (closing.includes(current)) depth--;
  }
  return undefined;
}

function isArrowOrComparison(text: string, at: number): boolean {
  return (
    text[at] === "=" && (text[at + 1] === ">" || text[at + 1] === "=" || "=!<>".includes(text[at - 1] ?? " "))
  );
}

function skipQuoted(text: string, start: number): number {
  const quote = text[start];
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === quote) return i;
  }
  return text.length;
}

function withoutComments(source: string): string {
  let result = "";
  for (let i = 0; i < source.length; i++) {
    const current = source.charAt(i);
    if (current === '"' || current === "'" || current === "`") {
      const end = skipQuoted(source, i);
      result += source.slice(i, end + 1);
      i = end;
    } else if (source.startsWith("/*", i)) {
      i = source.indexOf("*/", i) + 1;
      if (i === 0) break;
      result += " ";
    } else if (source.startsWith("//", i)) {
      i = source.indexOf("\n", i);
      if (i < 0) break;
      result += "\n";
    } else {
      result += current;
    }
  }
  return result.trim();
}
