import { MlflowMetadataKey } from "../model/dialects/mlflow.js";
import type { TraceField, TraceOperation } from "../model/patch.js";
import { captureText } from "./capture.js";

/** What can be set on a trace while it runs, and later. Everything is text; other values are converted. */
export interface TraceUpdate {
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly sessionId?: string | undefined;
  readonly userId?: string | undefined;
  readonly modelId?: string | undefined;
  readonly requestPreview?: string | undefined;
  readonly responsePreview?: string | undefined;
  readonly clientRequestId?: string | undefined;
  /** Instead of the state that follows from the root's status. */
  readonly state?: "OK" | "ERROR" | undefined;
}

/**
 * The operations that make up an update, with texts of at most about `maxCharacters`. Throws what a hostile getter
 * throws, and RangeError for any other state, for which a store would refuse the whole batch.
 */
export function toOperations(update: TraceUpdate, maxCharacters: number): TraceOperation[] {
  const { tags, metadata, sessionId, userId, modelId } = update;
  const { requestPreview, responsePreview, clientRequestId, state } = update;
  const fields = { requestPreview, responsePreview, clientRequestId, state };
  if (!/^(OK|ERROR)$/.test(state ?? "OK")) throw new RangeError(`state must be OK or ERROR, got ${state}`);
  // null counts as missing too: otherwise everybody would share a session named "null".
  const textEntries = (record: object | null | undefined): [string, string][] =>
    Object.entries(record ?? {})
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([key, value]) => [key, captureText(value, maxCharacters)]);
  const own = {
    [MlflowMetadataKey.sessionId]: sessionId,
    [MlflowMetadataKey.userId]: userId,
    [MlflowMetadataKey.modelId]: modelId,
  };
  return [
    ...textEntries(tags).map(([key, value]) => ({ op: "setTag", key, value }) as const),
    ...[...textEntries(metadata), ...textEntries(own)].map(
      ([key, value]) => ({ op: "setMetadata", key, value }) as const,
    ),
    ...textEntries(fields).map(
      ([key, value]) => ({ op: "setField", field: key as TraceField, value }) as const,
    ),
  ];
}
