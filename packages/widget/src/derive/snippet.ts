import { describeSpan, type Span } from "@spanbook/core/model";
import { maybeChat } from "./chat.js";
import { toLiteral } from "./edits.js";
import type { Fields } from "./fields.js";

/** The code that repeats a model's call. */
export interface Snippet {
  readonly title: string;
  readonly code: string;
}

const endpoints: Readonly<Record<string, string>> = {
  ollama: "http://localhost:11434/v1",
  openai: "https://api.openai.com/v1",
};

/** Fields left out of the request: a stream would need more code to read. */
const leftOut = ["stream", "stream_options"];

/**
 * A chat call as code for an OpenAI-compatible endpoint; none if the span is not such a call. Keys are read from the environment
 * and are never in the code.
 */
export function toSnippets(span: Span): readonly Snippet[] {
  const { inputs, model, provider = "" } = describeSpan(span);
  const body = toBody(inputs, model);
  if (body === undefined) return [];
  const isResponses = "input" in body;
  const base = Object.hasOwn(endpoints, provider.toLowerCase())
    ? (endpoints[provider.toLowerCase()] ?? "")
    : (endpoints["openai"] ?? "");
  const url = `${base}/${isResponses ? "responses" : "chat/completions"}`;
  const method = isResponses ? "responses.create" : "chat.completions.create";
  const answer = isResponses ? "output" : "choices[0].message";
  return [
    {
      title: "JavaScript, fetch",
      code: [
        `const response = await fetch(${toLiteral(url)}, {`,
        `  method: "POST",`,
        `  headers: { "content-type": "application/json", authorization: \`Bearer \${process.env.OPENAI_API_KEY}\` },`,
        `  body: JSON.stringify(${indent(toCodeText(body, "json"), "  ")}),`,
        `});`,
        `console.log((await response.json()).${answer});`,
      ].join("\n"),
    },
    {
      title: "Python, openai",
      code: [
        "from openai import OpenAI",
        "",
        `client = OpenAI(base_url=${toLiteral(base)})  # reads OPENAI_API_KEY`,
        `response = client.${method}(`,
        ...Object.entries(body).map(([key, value]) =>
          isName(key)
            ? `    ${key}=${indent(toCodeText(value, "python"), "    ")},`
            : `    **{${toLiteral(key)}: ${indent(toCodeText(value, "python"), "    ")}},`,
        ),
        ")",
        `print(response.${answer})`,
      ].join("\n"),
    },
  ];
}

function toBody(inputs: unknown, model: string | undefined): Fields | undefined {
  const chat = maybeChat(inputs);
  if (!chat) return undefined;
  const given: Fields = Array.isArray(inputs) ? { messages: inputs } : (inputs as Fields);
  if (!Array.isArray(given["messages"]) && !Array.isArray(given["input"])) return undefined;
  const others = Object.entries(given).filter(([key]) => key !== "model" && !leftOut.includes(key));
  return { model: given["model"] ?? model ?? "gpt-4o-mini", ...Object.fromEntries(others) };
}

function isName(key: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key);
}

/** A value as JavaScript or Python writes it; one nested deeper than anyone writes becomes JSON in one line. */
function toCodeText(value: unknown, language: "json" | "python", depth = 0): string {
  if (depth > 40 || typeof value === "string" || typeof value === "number") return toLiteral(value);
  if (typeof value === "boolean" && language === "python") return value ? "True" : "False";
  if (value === null && language === "python") return "None";
  if (typeof value !== "object" || value === null) return toLiteral(value);
  const lines = Array.isArray(value)
    ? value.map((item) => toCodeText(item, language, depth + 1))
    : Object.entries(value).map(
        ([key, item]) => `${toLiteral(key)}: ${toCodeText(item, language, depth + 1)}`,
      );
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (lines.length === 0) return open + close;
  return `${open}\n${lines
    .map((line) => `  ${indent(line, "  ")},`)
    .join("\n")
    .replace(/,$/, "")}\n${close}`;
}

function indent(text: string, by: string): string {
  return text.replaceAll("\n", `\n${by}`);
}
