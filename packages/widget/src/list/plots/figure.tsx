import { useEffect, useRef } from "preact/hooks";
import type * as PlotParts from "./plot-parts.js";

export type Plot = typeof PlotParts;

interface FigureProps {
  readonly plot: Plot;
  /** Draws it; the same function as long as it would draw the same. */
  readonly draw: (plot: Plot) => Element;
  /** With what stands for it in the drawing's `value`: what the pointer is at. */
  readonly onClick?: (value: unknown) => void;
}

/** A drawing takes frames: one that is to follow another waits until nothing has changed for so long. */
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
    // Its rules are in our own sheet: a page's policy may not allow style elements.
    figure.querySelector("style")?.remove();
    // One picture with one name: its parts have names that only styles know.
    figure.setAttribute("role", "img");
    for (const part of figure.children) part.setAttribute("aria-hidden", "true");
    if (onClick) figure.addEventListener("click", () => onClick((figure as { value?: unknown }).value));
    place.current?.replaceChildren(figure);
  }

  return <div class="figure" ref={place} />;
}
