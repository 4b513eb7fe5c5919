/** How much a span matters to a reader, from 10 to 50. Source: mlflow/entities/span.py, SpanLogLevel */
export const SpanLogLevel = { DEBUG: 10, INFO: 20, WARNING: 30, ERROR: 40, CRITICAL: 50 } as const;

/** A level's name. */
export type SpanLogLevelName = keyof typeof SpanLogLevel;
/** A level's number. */
export type SpanLogLevel = (typeof SpanLogLevel)[SpanLogLevelName];

/** The level for a name (in any case) or a number; undefined if it is not a level. */
export function toLogLevel(level: unknown): SpanLogLevel | undefined {
  if (typeof level !== "string") return Object.values(SpanLogLevel).find((number) => number === level);
  const name = level.trim().toUpperCase();
  return Object.hasOwn(SpanLogLevel, name) ? SpanLogLevel[name as SpanLogLevelName] : undefined;
}

/**
 * The default level of a span: INFO if its type is an operation that its user knows of, DEBUG for the glue.
 *
 * Source: mlflow/tracing/utils/default_log_level.py
 */
export function defaultLogLevel(spanType: string): SpanLogLevel {
  return /^(?:LLM|CHAT_MODEL|TOOL|RETRIEVER|AGENT|EMBEDDING)$/.test(spanType) ? 20 : 10;
}
