import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ListRow } from "../derive/groups.js";

/** A list scrolled down at least this far does not move when traces arrive above. */
const minTopPx = 32;

/** How many traces arrived at the top since the reader was there, and a way to scroll up to them. */
export function useNewest(
  scroller: RefObject<HTMLElement | null>,
  rows: readonly ListRow[],
  isNewestFirst: boolean,
) {
  const [isBelow, setBelow] = useState(false);
  const seenKey = useRef<string | undefined>(undefined);
  useLayoutEffect(() => {
    const { current } = scroller;
    if (current === null) return undefined;
    const update = () => setBelow(current.scrollTop > minTopPx);
    update();
    current.addEventListener("scroll", update, { passive: true });
    return () => current.removeEventListener("scroll", update);
  }, []);
  const place = isBelow ? rows.findIndex(({ key }) => key === seenKey.current) : -1;
  if (place < 0) seenKey.current = rows[0]?.key;
  return {
    newCount: isNewestFirst ? Math.max(0, place) : 0,
    seeNewest: () => scroller.current?.scrollTo({ top: 0 }),
  };
}
