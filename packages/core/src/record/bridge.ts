import type { ContextManager } from "../context/context-manager.js";
import type { Dialect } from "../model/dialects/dialect.js";
import type { IdSource } from "../model/ids.js";
import type { Resource, Scope } from "../model/span.js";
import type { BatchedSpan } from "./batcher.js";
import type { LiveSpan } from "./live-span.js";
import type { StartSpanOptions } from "./options.js";
import type { Active } from "./recorder.js";
import type { CallRecorder } from "./trace-function.js";

/** What other tracing APIs, such as OpenTelemetry's, and auto tracing need of a recorder. Nothing of it throws. */
export interface RecorderBridge {
  /** What traced calls are recorded by. */
  readonly calls: CallRecorder;
  /** Shared by all APIs over this recorder: so their spans nest. */
  readonly context: ContextManager<Active>;
  readonly ids: IdSource;
  readonly onError: (error: unknown) => void;
  /** As `startSpan` of the recorder, for a library whose id {@link RecorderBridge.addScope} gave. */
  startSpan(options: StartSpanOptions & { readonly scopeId?: string | undefined }): LiveSpan;
  /** What the root of a trace says of its experiment and run. */
  rootAttributes(): Readonly<Record<string, string>>;
  /** What produced spans. Gives the id by which they refer to it, the same for the same value. */
  addResource(resource: Resource): string;
  /** The same of the library that recorded spans. */
  addScope(scope: Scope): string;
  /** Has spans read by these conventions, for their type, model and tokens. */
  useDialects(dialects: readonly Dialect[]): void;
  /** A span of another API has begun: it is stored open. */
  started(span: BatchedSpan): void;
  /** It has ended. */
  ended(span: BatchedSpan, traceId: string): void;
}
