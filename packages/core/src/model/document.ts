import { firstOf, maybeText, textOf, toRecord, unwrapJson } from "./json.js";
import { isRecord, withoutUndefined } from "./objects.js";

/** A document that a retriever found or a reranker sorted. */
export interface RetrievedDocument {
  readonly id?: string;
  /** Empty if only ids and scores were recorded. */
  readonly content: string;
  readonly score?: number;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/**
 * Documents in any of the shapes that frameworks return: MLflow's and LangChain's `page_content` or `pageContent`,
 * LlamaIndex's `node` with a score, OpenInference's and OpenTelemetry's `content`, `id`, `score`. Undefined if the
 * value is not a list of these.
 */
export function toDocuments(value: unknown): RetrievedDocument[] | undefined {
  const list = unwrapJson(value);
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const documents = list.map(toDocument);
  return documents.every((document) => document !== undefined) ? documents : undefined;
}

function toDocument(item: unknown): RetrievedDocument | undefined {
  const outer = unwrapJson(item);
  if (!isRecord(outer)) return undefined;
  const fields = { ...outer, ...toRecord(firstOf(outer, "document", "node")) };
  const content = textOf(fields, "page_content", "pageContent", "content", "text");
  const id = firstOf(fields, "id", "id_", "chunk_id");
  if (content === undefined && (id === undefined || fields["score"] === undefined)) return undefined;
  const score = firstOf(fields, "score", "relevance_score");
  return withoutUndefined({
    id: typeof id === "number" ? String(id) : maybeText(id),
    content: content ?? "",
    score: typeof score === "number" ? score : undefined,
    metadata: toRecord(unwrapJson(fields["metadata"])),
  });
}
