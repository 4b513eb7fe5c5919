import { everyDialect } from "../model/every-dialect.js";
import type { RecorderBridge } from "../record/bridge.js";
import type { Tracing } from "../record/tracing.js";

/** Gives the recorder at the time of the call; undefined where there is none yet. */
export type FindTracing = () => Tracing | undefined;

const adopted = new WeakSet<Tracing>();

/** The recorder's bridge. From now on it reads spans by every convention, since OpenTelemetry's libraries each have theirs. */
export function bridgeOf(tracing: Tracing): RecorderBridge {
  const { bridge } = tracing;
  if (!adopted.has(tracing)) {
    adopted.add(tracing);
    bridge.useDialects(everyDialect);
  }
  return bridge;
}
