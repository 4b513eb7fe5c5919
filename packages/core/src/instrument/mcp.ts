import { maybeText, toRecord } from "../model/json.js";
import { hasMethod, isRecord } from "../model/objects.js";
import { SpanType } from "../model/span.js";
import type { LiveSpan } from "../record/live-span.js";
import { prototypeOf } from "./prototype-of.js";
import { recorderFinder, type AutoTracingOptions } from "./recording.js";
import { switchOn, untraced } from "./switches.js";
import { traceMethod, type MethodTrace } from "./traced-method.js";

/** The methods of an MCP client that are traced, and the argument that names the call. */
const methods = [
  // Servers from before 2024-11 answer with toolResult.
  {
    method: "callTool",
    spanType: SpanType.TOOL,
    named: "name",
    answerFields: ["content", "structuredContent", "toolResult"],
  },
  { method: "readResource", spanType: SpanType.RETRIEVER, named: "uri", answerFields: ["contents"] },
  { method: "getPrompt", spanType: SpanType.CHAIN, named: "name", answerFields: ["messages"] },
] as const;

/**
 * Traces the tool calls, resources and prompts of an MCP client from now on, and returns the client. A tool that answers with
 * `isError` fails its span, as it fails for the model.
 */
export function tracedMcp<Client extends object>(client: Client, options: AutoTracingOptions = {}): Client {
  return traceCalls(client, options);
}

/** The same for all clients of the SDK's class. Returns a function that undoes it, or undefined if it is not that class. */
export function traceMcpClass(Client: object, options: AutoTracingOptions = {}): (() => void) | undefined {
  const prototype = prototypeOf(Client);
  if (!prototype || !hasMethod(prototype, "callTool")) return undefined;
  traceCalls(prototype, options);
  return () => void untraced(prototype);
}

function traceCalls<Target extends object>(target: Target, options: AutoTracingOptions): Target {
  const findRecorder = recorderFinder(options);
  return switchOn(target, () =>
    methods.flatMap(({ method, spanType, named, answerFields }) => {
      const trace: MethodTrace = {
        name: `mcp.${method}`,
        spanType,
        isExpected: true,
        answerFields,
        describeCall([request]) {
          const fields = toRecord(request);
          const name = maybeText(fields[named]);
          return {
            ...(name !== undefined && { name }),
            // A resource has no arguments; for a tool or a prompt they are optional.
            inputs: named === "uri" || !isRecord(request) ? request : (fields["arguments"] ?? {}),
            attributes: { "mcp.method.name": methodNames[method] },
          };
        },
        describe,
      };
      return traceMethod(target, method, trace, findRecorder) ?? [];
    }),
  );
}

/** Source: Model Context Protocol, 2025-06-18, schema. */
const methodNames = { callTool: "tools/call", readResource: "resources/read", getPrompt: "prompts/get" };

function describe(span: LiveSpan, outputs: unknown): unknown {
  const { isError, content } = toRecord(outputs);
  if (isError === true) {
    const texts = Array.isArray(content) ? content.map((part) => maybeText(toRecord(part)["text"])) : [];
    span.setStatus("ERROR", texts.find((text) => text !== undefined) ?? "the tool failed");
  }
  return outputs;
}
