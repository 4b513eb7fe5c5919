import { useLayoutEffect, useState } from "preact/hooks";

/** Whether the page is being printed. Nothing scrolls on paper. */
export function usePrinting(): boolean {
  const [isPrinting, setPrinting] = useState(false);
  useLayoutEffect(() => {
    const begin = () => setPrinting(true);
    const end = () => setPrinting(false);
    addEventListener("beforeprint", begin);
    addEventListener("afterprint", end);
    return () => {
      removeEventListener("beforeprint", begin);
      removeEventListener("afterprint", end);
    };
  }, []);
  return isPrinting;
}

/** The width in pixels to choose columns and ticks for: of what is wider, on paper, that of a page. */
export function usePaperWidth(widthPx: number): number {
  return usePrinting() ? Math.min(widthPx, paperPx) : widthPx;
}

/** An A4 page or a letter, upright, without its margins. */
const paperPx = 700;
