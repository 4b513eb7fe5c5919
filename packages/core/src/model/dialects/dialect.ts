import type { RetrievedDocument } from "../document.js";
import type { Message } from "../message.js";
import type { Span } from "../span.js";
import type { ToolDefinition } from "../tool-definition.js";
import type { Cost, TokenUsage } from "../trace.js";
import type { Attributes } from "../values.js";

/** Reads one thing from a span; returns undefined if the span does not say it. */
export type Facet<Value> = (attributes: Attributes, span: Span) => Value | undefined;

/** How one convention expresses what we want to know about a span. */
export interface Dialect {
  readonly type?: Facet<string>;
  readonly inputs?: Facet<unknown>;
  readonly outputs?: Facet<unknown>;
  readonly inputMessages?: Facet<readonly Message[]>;
  readonly outputMessages?: Facet<readonly Message[]>;
  readonly documents?: Facet<readonly RetrievedDocument[]>;
  readonly tools?: Facet<readonly ToolDefinition[]>;
  readonly model?: Facet<string>;
  readonly provider?: Facet<string>;
  readonly usage?: Facet<TokenUsage>;
  readonly cost?: Facet<Cost>;
  /** Why the span failed, if its status does not say that it did; empty if no reason is given. */
  readonly failure?: Facet<string>;
  readonly sessionId?: Facet<string>;
  readonly userId?: Facet<string>;
  readonly experimentId?: Facet<string>;
  readonly runId?: Facet<string>;
}
