import { createHash } from "node:crypto";
import type { Body } from "./server.js";

/** What the model does about a question, whatever protocol it was asked in. */
export type Plan =
  | { readonly kind: "fail"; readonly status: number }
  | { readonly kind: "call"; readonly calls: readonly PlannedCall[] }
  | { readonly kind: "say"; readonly text: string; readonly isCut: boolean };

export interface PlannedCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: { readonly city: string };
}

const cities = ["Paris", "Rome", "Oslo"];

/** `results` are those of the tools called before. */
export function planAnswer(
  question: string,
  options: {
    readonly results: readonly string[];
    readonly tool?: string | undefined;
    readonly wantsJson?: boolean;
  },
): Plan {
  const status = /fail (\d{3})/.exec(question)?.[1];
  if (status !== undefined) return { kind: "fail", status: Number(status) };
  const { results, tool, wantsJson } = options;
  if (results.length > 0) return { kind: "say", text: `I looked it up: ${results.join("; ")}`, isCut: false };
  const named = cities.filter((city) => question.includes(city));
  if (tool !== undefined && named.length > 0) {
    return {
      kind: "call",
      calls: named.map((city, index) => ({ id: `call_${index + 1}`, name: tool, arguments: { city } })),
    };
  }
  if (wantsJson) return { kind: "say", text: JSON.stringify({ city: named[0] ?? "Paris" }), isCut: false };
  return { kind: "say", text: `You said: ${question}`, isCut: question.includes("cut") };
}

/** A text in the pieces that a stream would bring. */
export function toPieces(text: string): string[] {
  return text.match(/\S+\s*/g) ?? [];
}

/** The text of a content: itself, or that of its parts. */
export function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return (content as Body[])
    .map((part) => (typeof part["text"] === "string" ? part["text"] : contentText(part["content"])))
    .join("");
}

/** An id that depends only on the request, so that two runs of a program get the same. */
export function idOf(prefix: string, body: unknown): string {
  return `${prefix}_${createHash("sha256").update(JSON.stringify(body)).digest("hex").slice(0, 12)}`;
}

/** A count that depends only on the text. */
export function countTokens(text: string): number {
  return toPieces(text).length;
}
