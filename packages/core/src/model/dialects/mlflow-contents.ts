import { toDocuments } from "../document.js";
import { toRecord } from "../json.js";
import { isRecord } from "../objects.js";
import { toMessages, toRequestMessages, toResponseMessages, type Message } from "../message.js";
import { toTools } from "../tool-definition.js";
import type { Attributes } from "../values.js";
import type { Dialect } from "./dialect.js";
import { mlflowDialect } from "./mlflow.js";
import { jsonAt } from "./read.js";

/**
 * MLflow's attributes, and what its inputs and outputs contain: messages and documents. Separate from `mlflowDialect`,
 * because a recorder writes those contents but need not read them.
 */
export const mlflowContentsDialect: Dialect = {
  ...mlflowDialect,
  inputMessages: (attributes, span) =>
    chatMessages(attributes)?.asked ?? toRequestMessages(mlflowDialect.inputs?.(attributes, span)),
  outputMessages: (attributes, span) =>
    chatMessages(attributes)?.answered ?? toResponseMessages(mlflowDialect.outputs?.(attributes, span)),
  documents: (attributes, span) => toDocuments(mlflowDialect.outputs?.(attributes, span)),
  tools: (attributes, span) =>
    toTools(jsonAt(attributes, "mlflow.chat.tools")) ??
    toTools(toRecord(mlflowDialect.inputs?.(attributes, span))["tools"]),
};

/** Splits a conversation in one list: what the model said last is its answer. */
function chatMessages(attributes: Attributes): { asked: Message[]; answered: Message[] } | undefined {
  const said = jsonAt(attributes, "mlflow.chat.messages");
  const messages = toMessages(isRecord(said) ? said["messages"] : said);
  if (!messages) return undefined;
  const end = messages.findLastIndex(({ role }) => role !== "assistant") + 1;
  return { asked: messages.slice(0, end), answered: messages.slice(end) };
}
