import type { Cost, TokenUsage } from "../trace.js";
import type { Attributes } from "../values.js";

/**
 * How one convention writes what we want to know of a span: a reader a facet, each giving undefined where the attributes do
 * not say.
 */
export interface Dialect {
  readonly type?: (attributes: Attributes) => string | undefined;
  readonly inputs?: (attributes: Attributes) => unknown;
  readonly outputs?: (attributes: Attributes) => unknown;
  readonly model?: (attributes: Attributes) => string | undefined;
  readonly provider?: (attributes: Attributes) => string | undefined;
  readonly usage?: (attributes: Attributes) => TokenUsage | undefined;
  readonly cost?: (attributes: Attributes) => Cost | undefined;
  readonly sessionId?: (attributes: Attributes) => string | undefined;
  readonly userId?: (attributes: Attributes) => string | undefined;
  readonly experimentId?: (attributes: Attributes) => string | undefined;
  readonly runId?: (attributes: Attributes) => string | undefined;
}
