/**
 * Every colour, once for light and once for dark. They become CSS custom properties named `--sb-…`; `light-dark()` follows
 * the `color-scheme` that the host page has set, whatever the system prefers. A page may set the properties itself.
 */
export interface Shade {
  readonly light: string;
  readonly dark: string;
}

/** Surfaces, and the text on them. */
export const surfaces = {
  background: { light: "#ffffff", dark: "#15171c" },
  subtle: { light: "#f7f8fa", dark: "#1b1e24" },
  hover: { light: "#f1f3f6", dark: "#22262e" },
  selected: { light: "#e7effd", dark: "#1e2c49" },
} as const satisfies Record<string, Shade>;

export const lines = {
  border: { light: "#e4e7ec", dark: "#2b3039" },
  "border-strong": { light: "#c9cfd8", dark: "#434a57" },
  mark: { light: "#fbe8a6", dark: "#574a12" },
  guide: { light: "#dfe3e9", dark: "#2e343e" },
} as const satisfies Record<string, Shade>;

export const texts = {
  text: { light: "#1b1f24", dark: "#e7e9ee" },
  "text-muted": { light: "#545d69", dark: "#a8b0bd" },
  "text-faint": { light: "#646d79", dark: "#949dab" },
  accent: { light: "#2456d6", dark: "#85a9ff" },
  ok: { light: "#166f3c", dark: "#55c98c" },
  error: { light: "#bd1e1a", dark: "#ff867e" },
  running: { light: "#2456d6", dark: "#85a9ff" },
  unfinished: { light: "#855300", dark: "#e2b23f" },
  "json-key": { light: "#4c5564", dark: "#aab4c3" },
  "json-text": { light: "#166f3c", dark: "#7ccf9f" },
  "json-number": { light: "#2456d6", dark: "#85a9ff" },
  "json-word": { light: "#8a3ab9", dark: "#c79bf2" },
} as const satisfies Record<string, Shade>;

/** Icons and bars of span types. */
export const types = {
  agent: { light: "#3451c7", dark: "#93a5ff" },
  model: { light: "#7433d6", dark: "#bb98fa" },
  tool: { light: "#a34a06", dark: "#f2a654" },
  retriever: { light: "#0b6b63", dark: "#3fcab9" },
  reranker: { light: "#0a6683", dark: "#52c3e6" },
  embedding: { light: "#b0195c", dark: "#f48ab8" },
  chain: { light: "#4a5a73", dark: "#a2b4cf" },
  parser: { light: "#456d0e", dark: "#a6d04f" },
  memory: { light: "#951ca5", dark: "#e293ee" },
  guardrail: { light: "#7a5206", dark: "#dcbb52" },
  evaluator: { light: "#156e3d", dark: "#60cf88" },
  unknown: { light: "#58616d", dark: "#9aa4b2" },
} as const satisfies Record<string, Shade>;

export type TypeTone = keyof typeof types;

const toneByType: Readonly<Record<string, TypeTone>> = {
  AGENT: "agent",
  LLM: "model",
  CHAT_MODEL: "model",
  TOOL: "tool",
  RETRIEVER: "retriever",
  RERANKER: "reranker",
  EMBEDDING: "embedding",
  CHAIN: "chain",
  WORKFLOW: "chain",
  TASK: "chain",
  PARSER: "parser",
  MEMORY: "memory",
  GUARDRAIL: "guardrail",
  EVALUATOR: "evaluator",
};

/** The tone of a span type; unknown for a type of the user's own. */
export function toTypeTone(type: string): TypeTone {
  return Object.hasOwn(toneByType, type) ? (toneByType[type] ?? "unknown") : "unknown";
}

/** The declarations of all custom properties, for one rule. */
export function toDeclarations(): string {
  const shades = { ...surfaces, ...lines, ...texts };
  const plain = Object.entries(shades).map(([name, shade]) => declare(name, shade));
  const ofTypes = Object.entries(types).map(([name, shade]) => declare(`type-${name}`, shade));
  return [...plain, ...ofTypes].join("\n");
}

/** JupyterLab's names for the same; its theme sets `color-scheme` too. */
const jupyterNames: Readonly<Record<string, string>> = {
  background: "layout-color0",
  text: "content-font-color1",
  border: "border-color2",
};

function declare(name: string, { light, dark }: Shade): string {
  const own = `light-dark(${light}, ${dark})`;
  const theme = jupyterNames[name];
  return `--_${name}: var(--sb-${name}, ${theme === undefined ? own : `var(--jp-${theme}, ${own})`});`;
}
