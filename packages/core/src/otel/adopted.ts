import { everyDialect } from "../model/every-dialect.js";
import type { RecorderBridge } from "../record/bridge.js";
import type { Tracing } from "../record/tracing.js";

/** Returns the recorder at the time of the call; undefined if there is none yet. */
export type FindTracing = () => Tracing | undefined;

const adopted = new WeakSet<Tracing>();

/**
 * The recorder's bridge. From now on it reads spans by every convention, because each of OpenTelemetry's libraries has
 * its own.
 */
export function bridgeOf(tracing: Tracing): RecorderBridge {
  const { bridge } = tracing;
  if (!adopted.has(tracing)) {
    adopted.add(tracing);
    bridge.useDialects(everyDialect);
  }
  return bridge;
}
