import type { Fields } from "../model/json.js";
import { hasMethod, isObjectLike } from "../model/objects.js";
import { tracedAnthropic } from "./anthropic.js";
import { tracedGemini } from "./gemini.js";
import { tracedMcp } from "./mcp.js";
import { tracedOllama } from "./ollama.js";
import { tracedOpenAI } from "./openai.js";
import type { AutoTracingOptions } from "./recording.js";

interface KnownClient {
  readonly library: string;
  /** The paths of methods by which it is recognised. */
  readonly methods: readonly string[];
  readonly trace: <Client extends object>(client: Client, options?: AutoTracingOptions) => Client;
}

const knownClients: readonly KnownClient[] = [
  { library: "openai", methods: ["chat.completions.create"], trace: tracedOpenAI },
  { library: "@anthropic-ai/sdk", methods: ["messages.create"], trace: tracedAnthropic },
  { library: "@google/genai", methods: ["models.generateContent"], trace: tracedGemini },
  { library: "ollama", methods: ["chat", "generate", "embed"], trace: tracedOllama },
  { library: "@modelcontextprotocol/sdk", methods: ["callTool", "listTools"], trace: tracedMcp },
];

/**
 * Traces the calls of a client from now on and returns it. It recognises by their methods clients of openai (and compatible
 * ones), @anthropic-ai/sdk, @google/genai, ollama and @modelcontextprotocol/sdk. Throws TypeError for anything else.
 */
export function traced<Client extends object>(client: Client, options: AutoTracingOptions = {}): Client {
  const known = knownClients.find(({ methods }) => methods.every((path) => hasMethodAt(client, path)));
  if (known) return known.trace(client, options);
  const libraries = knownClients.map(({ library }) => library).join(", ");
  throw new TypeError(
    `traced needs a client of ${libraries}, got ${kindOf(client)}; for libraries without a client use autolog`,
  );
}

function hasMethodAt(client: unknown, path: string): boolean {
  const places = path.split(".");
  const method = places.pop() ?? "";
  const owner = places.reduce<unknown>(
    (place, key) => (isObjectLike(place) ? (place as Fields)[key] : undefined),
    client,
  );
  return isObjectLike(owner) && hasMethod(owner, method);
}

function kindOf(value: unknown): string {
  if (typeof value === "function") return `the function ${value.name || "without a name"}`;
  if (typeof value !== "object" || value === null) return String(value);
  return (value.constructor as { readonly name?: string } | undefined)?.name ?? "an object";
}
