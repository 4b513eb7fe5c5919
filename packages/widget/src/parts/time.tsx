import { toUnixMs } from "@spanbook/core/model";
import { formatExactTime, formatTime } from "../derive/format.js";

interface TimeProps {
  readonly unixNano: string;
  readonly nowMs: number;
}

/** A time in the user's zone; the exact one is in its title. */
export function Time({ unixNano, nowMs }: TimeProps) {
  const exact = formatExactTime(unixNano);
  return (
    <time class="time" dateTime={exact} title={exact}>
      {formatTime(toUnixMs(unixNano), nowMs)}
    </time>
  );
}
