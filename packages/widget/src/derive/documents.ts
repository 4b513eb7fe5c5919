import { isFields, type Fields } from "./fields.js";

/** What a retriever found. */
export interface RetrievedDocument {
  readonly text: string;
  /** Where it comes from, or its name. */
  readonly title?: string;
  /** As the retriever gave it: usually greater means closer. */
  readonly score?: number;
  readonly metadata: Fields;
}

/** Documents, and the fields around them. */
export interface Documents {
  readonly documents: readonly RetrievedDocument[];
  /** The fields beside the list: the query, how many were asked for. */
  readonly others?: Fields;
}

const textKeys = ["page_content", "pageContent", "content", "text", "document"];
const titleKeys = ["title", "doc_uri", "source", "url", "uri", "file", "path", "id", "chunk_id"];
const scoreKeys = ["score", "relevance_score", "similarity"];
const listKeys = ["documents", "docs", "results", "chunks", "output"];

/** A value as documents, if it looks like a retriever's: every one has a text, and metadata or a score. */
export function maybeDocuments(value: unknown): Documents | undefined {
  if (Array.isArray(value)) {
    const documents = fromList(value);
    return documents && { documents };
  }
  if (!isFields(value)) return undefined;
  const key = listKeys.find((name) => Array.isArray(value[name]));
  if (key === undefined) return undefined;
  const { [key]: list, ...others } = value;
  const documents = fromList(list as readonly unknown[]);
  return documents && { documents, ...(Object.keys(others).length > 0 && { others }) };
}

function fromList(list: readonly unknown[]): readonly RetrievedDocument[] | undefined {
  const documents: RetrievedDocument[] = [];
  for (const item of list) {
    const document = maybeDocument(item);
    // One that is no document settles it: lists can be long.
    if (document === undefined) return undefined;
    documents.push(document);
  }
  return documents.length > 0 ? documents : undefined;
}

function maybeDocument(item: unknown): RetrievedDocument | undefined {
  // [document, score], as LangChain gives them.
  if (Array.isArray(item) && item.length === 2 && typeof item[1] === "number") {
    const document = maybeDocument(isFields(item[0]) ? { metadata: {}, ...item[0] } : item[0]);
    return document && { ...document, score: item[1] };
  }
  if (!isFields(item)) return undefined;
  const textKey = textKeys.find((key) => typeof item[key] === "string");
  if (textKey === undefined || "role" in item) return undefined;
  const { [textKey]: text, metadata, ...others } = item;
  const fields = isFields(metadata) ? { ...others, ...metadata } : others;
  const score = pick(fields, scoreKeys, "number");
  const isNamed = textKey.startsWith("page");
  if (!isNamed && metadata === undefined && score === undefined) return undefined;
  const title = pick(fields, titleKeys, "string");
  return {
    text: String(text),
    ...(title !== undefined && { title: String(fields[title]) }),
    ...(score !== undefined && { score: Number(fields[score]) }),
    metadata: Object.fromEntries(Object.entries(fields).filter(([key]) => key !== score && key !== title)),
  };
}

function pick(fields: Fields, keys: readonly string[], type: "string" | "number"): string | undefined {
  return keys.find((key) => typeof fields[key] === type);
}
