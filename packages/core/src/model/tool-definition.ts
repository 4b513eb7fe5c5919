import { firstOf, textOf, toRecord, unwrapJson } from "./json.js";
import { isRecord, withoutUndefined } from "./objects.js";

/** A tool that a model could call. */
export interface ToolDefinition {
  readonly name: string;
  readonly description?: string;
  /** JSON schema of the arguments. */
  readonly parameters?: unknown;
}

/** Tools as OpenAI, Anthropic, Gemini and the Vercel AI SDK declare them; undefined if the value is not a list of these. */
export function toTools(value: unknown): ToolDefinition[] | undefined {
  const list = unwrapJson(value);
  if (!Array.isArray(list)) return undefined;
  const tools = list.flatMap(toDefinitions);
  return tools.length > 0 ? tools : undefined;
}

function toDefinitions(item: unknown): ToolDefinition[] {
  const outer = unwrapJson(item);
  if (!isRecord(outer)) return [];
  const nested = firstOf(outer, "functionDeclarations", "function_declarations");
  if (Array.isArray(nested)) return nested.flatMap(toDefinition);
  return toDefinition(firstOf(outer, "function", "json_schema") ?? outer);
}

function toDefinition(item: unknown): ToolDefinition[] {
  const outer = toRecord(unwrapJson(item));
  const fields = isRecord(outer["function"]) ? outer["function"] : outer;
  const name = textOf(fields, "name");
  if (name === undefined) return [];
  const parameters = unwrapJson(
    firstOf(fields, "parameters", "input_schema", "inputSchema", "parametersJsonSchema"),
  );
  return [withoutUndefined({ name, description: textOf(fields, "description"), parameters })];
}
