import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";

export interface Size {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** The inner size of an element, kept up to date; the fallback until it is measured, or if there is no layout. */
export function useSize(element: RefObject<HTMLElement | null>, fallback: Size): Size {
  const [size, setSize] = useState(fallback);
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null || typeof ResizeObserver === "undefined") return undefined;
    const measure = () => {
      const { clientWidth: widthPx, clientHeight: heightPx } = current;
      if (widthPx === 0) return;
      setSize((last) =>
        last.widthPx === widthPx && last.heightPx === heightPx ? last : { widthPx, heightPx },
      );
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return size;
}
