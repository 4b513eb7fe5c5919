import { useEffect, useRef } from "preact/hooks";
import type * as PlotParts from "./plot-parts.js";

export type Plot = typeof PlotParts;

interface FigureProps {
  readonly plot: Plot;
  /** Draws it; must be the same function as long as the drawing is the same. */
  readonly draw: (plot: Plot) => Element;
  /** Called with the drawing's `value`: what the pointer is at. */
  readonly onClick?: (value: unknown) => void;
}

/** A drawing takes several frames, so a new one waits until nothing has changed for this long. */
const restMs = 150;

/** A drawing of Plot. */
export function Figure({ plot, draw, onClick }: FigureProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (place.current?.childElementCount === 0) {
      drawNow();
      return undefined;
    }
    const timer = setTimeout(drawNow, restMs);
    return () => clearTimeout(timer);
  }, [plot, draw, onClick]);

  function drawNow(): void {
    const figure = draw(plot);
    // Its rules are in our own sheet, because a page's policy may forbid style elements.
    figure.querySelector("style")?.remove();
    // One picture with one name: the parts' own labels are only for styles.
    figure.setAttribute("role", "img");
    for (const part of figure.children) part.setAttribute("aria-hidden", "true");
    if (onClick) figure.addEventListener("click", () => onClick((figure as { value?: unknown }).value));
    place.current?.replaceChildren(figure);
  }

  return <div class="figure" ref={place} />;
}
