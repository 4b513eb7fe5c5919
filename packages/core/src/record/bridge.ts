import type { ContextManager } from "../context/context-manager.js";
import type { Dialect } from "../model/dialects/dialect.js";
import type { IdSource } from "../model/ids.js";
import type { Resource, Scope } from "../model/span.js";
import type { BatchedSpan } from "./batcher.js";
import type { LiveSpan } from "./live-span.js";
import type { StartSpanOptions } from "./options.js";
import type { Active } from "./recorder.js";
import type { CallRecorder } from "./trace-function.js";

/** What auto tracing, and other tracing APIs such as OpenTelemetry's, need from a recorder. None of it throws. */
export interface RecorderBridge {
  /** Records traced calls. */
  readonly calls: CallRecorder;
  /** Shared by all APIs over this recorder, so that their spans nest. */
  readonly context: ContextManager<Active>;
  readonly ids: IdSource;
  readonly onError: (error: unknown) => void;
  /** Like the recorder's `startSpan`, for a library whose id {@link RecorderBridge.addScope} returned. */
  startSpan(options: StartSpanOptions & { readonly scopeId?: string | undefined }): LiveSpan;
  /** The attributes by which the root of a trace names its experiment and run. */
  rootAttributes(): Readonly<Record<string, string>>;
  /** Registers what produced spans. Returns the id by which they refer to it; equal values get the same id. */
  addResource(resource: Resource): string;
  /** The same for the library that recorded spans. */
  addScope(scope: Scope): string;
  /** Reads the type, model and tokens of spans by these conventions from now on. */
  useDialects(dialects: readonly Dialect[]): void;
  /** A span of another API has begun: it is stored as open. */
  started(span: BatchedSpan): void;
  /** It has ended. */
  ended(span: BatchedSpan, traceId: string): void;
}
