import type { Tick } from "../derive/ticks.js";

interface TimeAxisProps {
  readonly ticks: readonly Tick[];
  readonly durationMs: number;
  readonly widthPx: number;
}

/** Room for a label beside its tick. */
const labelPx = 50;

export function TimeAxis({ ticks, durationMs, widthPx }: TimeAxisProps) {
  const stepPx = ((ticks[1]?.offsetMs ?? durationMs) / durationMs) * widthPx;
  return (
    <span class="axis track" aria-hidden>
      {ticks.map(({ offsetMs, label }) => {
        const share = offsetMs / durationMs;
        const isLast = (1 - share) * widthPx < labelPx;
        // To the left of its tick, if there is room, so as not to leave the axis.
        const text = isLast && stepPx < 2 * labelPx ? "" : label;
        return (
          <span key={offsetMs} class={`tick${isLast ? " last" : ""}`} style={{ left: `${share * 100}%` }}>
            {text}
          </span>
        );
      })}
    </span>
  );
}
