import {
  digestSpan,
  failureOf,
  millisecondsBetween,
  type Span,
  type SpanDigest,
  type Trace,
} from "@spanbook/core/model";
import { formatDuration } from "./derive/format.js";
import { nodesOf, toSpanTree, type SpanNode } from "./derive/span-tree.js";

/**
 * A trace as lines of text for a terminal: the tree of its spans with types, durations and failures, and the failures' messages
 * if the trace has spans, not only digests. Control characters in names are escaped, so that a trace cannot steer the terminal.
 */
export function formatTrace({ data }: Trace): string {
  const messages = new Map(data.spans.map((span) => [span.spanId, messageOf(span)]));
  const digests = data.digests.length > 0 ? data.digests : data.spans.map((span) => digestSpan(span, 0));
  const nodes = nodesOf(toSpanTree(digests));
  const lines = nodes.map((node, index) => ({
    head: branches(nodes, index) + label(node),
    tail: outcome(node.digest, messages.get(node.digest.spanId)),
  }));
  const width = Math.max(0, ...lines.map(({ head }) => head.length));
  const tails = Math.max(0, ...lines.map(({ tail }) => tail.duration.length));
  return lines
    .map(({ head, tail }) => `${head.padEnd(width)}  ${tail.duration.padStart(tails)}${tail.note}`)
    .join("\n");
}

/** Why the span failed. Its exception is read here, because what shows one in a page would be a larger part of the widget. */
function messageOf(span: Span): string | undefined {
  const message = failureOf(span);
  if (message !== "") return message;
  // MLflow's autologging gives the reason in the exception alone.
  const thrown = span.events?.findLast(({ name }) => name === "exception")?.attributes ?? {};
  const words = [thrown["exception.type"], thrown["exception.message"]];
  return words.filter((word) => typeof word === "string").join(": ");
}

function label({ digest, number }: SpanNode): string {
  const name = printable(number === undefined ? digest.name : `${digest.name}_${number}`);
  return digest.type === "UNKNOWN" ? name : `${name} · ${printable(digest.type)}`;
}

/** How much of a failure's first line is shown. */
const maxMessageLength = 200;

function outcome(digest: SpanDigest, message = ""): { duration: string; note: string } {
  const { startTimeUnixNano, endTimeUnixNano, status } = digest;
  if (endTimeUnixNano === undefined) return { duration: "open", note: "" };
  const duration = formatDuration(millisecondsBetween(startTimeUnixNano, endTimeUnixNano));
  if (status !== "ERROR") return { duration, note: "" };
  const [line = ""] = message.trim().split(/\s*[\r\n]/, 1);
  const isCut = line.length < message.trim().length || line.length > maxMessageLength;
  const said = printable(line.slice(0, maxMessageLength)) + (isCut ? " …" : "");
  return { duration, note: said === "" ? "  ✗ failed" : `  ✗ failed: ${said}` };
}

// Built from the leaf up: an ancestor with later siblings continues its line.
function branches(nodes: readonly SpanNode[], index: number): string {
  let node = nodes[index];
  let text = "";
  for (let isSelf = true; node && node.depth > 0; isSelf = false) {
    const isLast = node.position === node.siblingCount;
    text = (isSelf ? (isLast ? "└─ " : "├─ ") : isLast ? "   " : "│  ") + text;
    node = nodes[node.parent];
  }
  return text;
}

/** Text with its control and formatting characters as `\\u…` escapes, so that it cannot steer a terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
  });
}
