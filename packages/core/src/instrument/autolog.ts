import { isObjectLike } from "../model/objects.js";
import { traceAnthropicClass } from "./anthropic.js";
import { traceAx, type AxModule } from "./ax.js";
import { traceGeminiModule } from "./gemini.js";
import { traceLangChain, type LangChainModule } from "./langchain.js";
import { traceLlamaIndex } from "./llamaindex.js";
import { traceMcpClass } from "./mcp.js";
import { traceOllamaClass } from "./ollama.js";
import { traceOpenAIClass } from "./openai.js";
import { findAgentsModule, traceAgents, type AgentsModule } from "./openai-agents.js";
import type { AutoTracingOptions } from "./recording.js";
import { traceAi } from "./vercel-ai.js";

type Undo = () => void;

interface Library {
  /** What has to be passed in, for the error if it was something else. */
  readonly expected: string;
  /** Returns undefined if the module is not the library's. */
  readonly trace: (module: object, options: AutoTracingOptions) => Undo | undefined;
}

/** The name by which a program would import a library's module. */
type LibraryName =
  "agents" | "ai" | "anthropic" | "ax" | "gemini" | "langchain" | "llamaindex" | "mcp" | "ollama" | "openai";

const libraries: Readonly<Record<LibraryName, Library>> = {
  agents: {
    expected: "the module @openai/agents",
    trace: (module, options) =>
      "getGlobalTraceProvider" in module ? traceAgents(module as AgentsModule, options) : undefined,
  },
  ai: { expected: "the module ai", trace: (_module, options) => traceAi(options) },
  anthropic: {
    expected: "the module @anthropic-ai/sdk",
    trace: (module, options) => traceAnthropicClass(classIn(module, "Anthropic"), options),
  },
  ax: {
    expected: "the module @ax-llm/ax",
    trace: (module, options) => ("AxGen" in module ? traceAx(module as AxModule, options) : undefined),
  },
  gemini: { expected: "the module @google/genai", trace: traceGeminiModule },
  langchain: {
    expected: "the module @langchain/core/callbacks/manager",
    trace: (module, options) =>
      "CallbackManager" in module ? traceLangChain(module as LangChainModule, options) : undefined,
  },
  llamaindex: {
    expected: "LlamaIndex's modules as one, { ...llamaindex, ...openai }",
    trace: traceLlamaIndex,
  },
  mcp: {
    expected: "the module @modelcontextprotocol/sdk/client/index.js",
    trace: (module, options) => traceMcpClass(classIn(module, "Client"), options),
  },
  ollama: {
    expected: "the module ollama",
    trace: (module, options) => traceOllamaClass(classIn(module, "Ollama"), options),
  },
  openai: {
    expected: "the module openai",
    trace: (module, options) => traceOpenAIClass(classIn(module, "OpenAI"), options),
  },
};

/** The libraries to trace: for each its module, as `import * as openai from "openai"` gives it, or its class. */
export type AutologModules = Readonly<Partial<Record<LibraryName, object | undefined>>>;

/**
 * Traces every call of these libraries from now on, also by clients that already exist. Returns a function that switches it
 * off. Pass the modules, because only what the program imported can be reached; without any, it traces what can be reached
 * through globals: the Vercel AI SDK, and OpenAI's Agents SDK if it is loaded. Throws TypeError, and traces nothing, for a
 * library it does not know.
 */
export function autolog(modules: AutologModules = reachable(), options: AutoTracingOptions = {}): Undo {
  const undos: Undo[] = [];
  const undo = () => {
    for (const undoOne of undos.splice(0).reverse()) undoOne();
  };
  try {
    for (const [name, module] of Object.entries(modules)) {
      if (module !== undefined) undos.push(traceLibrary(name, module, options));
    }
  } catch (error) {
    undo();
    throw error;
  }
  return undo;
}

function traceLibrary(name: string, module: object, options: AutoTracingOptions): Undo {
  if (!Object.hasOwn(libraries, name)) {
    throw new TypeError(`autolog takes ${Object.keys(libraries).join(", ")}, got ${name}`);
  }
  const { expected, trace } = libraries[name as LibraryName];
  const undo = isObjectLike(module) ? trace(module, options) : undefined;
  if (!undo) throw new TypeError(`autolog needs ${expected} as ${name}, got something else`);
  return undo;
}

/** The class of that name in a module, the module's default, or the class itself. Ollama's default is an instance. */
function classIn(module: object, name: string): object {
  const { [name]: named, default: byDefault } = module as Readonly<Record<string, unknown>>;
  const found = [named, byDefault].find((value) => typeof value === "function") ?? module;
  return typeof found === "function" ? found : (found as object).constructor;
}

function reachable(): AutologModules {
  return { ai: globalThis, agents: findAgentsModule() };
}
