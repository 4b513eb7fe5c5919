import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Size } from "./use-size.js";

/**
 * Keeps a canvas drawn: after each render, and when the page switches between light and dark. Returns a function that
 * redraws it. The context takes CSS pixels.
 */
export function useDrawing(
  canvas: RefObject<HTMLCanvasElement | null>,
  { widthPx, heightPx }: Size,
  draw: (context: CanvasRenderingContext2D) => void,
): () => void {
  const redraw = useRef(() => {});
  redraw.current = () => {
    const { current } = canvas;
    const context = current?.getContext?.("2d");
    if (!current || !context) return;
    const scale = globalThis.devicePixelRatio || 1;
    const [width, height] = [Math.round(widthPx * scale), Math.round(heightPx * scale)];
    if (current.width !== width || current.height !== height) {
      current.width = width;
      current.height = height;
    }
    context.setTransform(scale, 0, 0, scale, 0, 0);
    draw(context);
  };
  useLayoutEffect(() => redraw.current());
  useEffect(() => {
    const onScheme = () => redraw.current();
    const scheme = globalThis.matchMedia?.("(prefers-color-scheme: dark)");
    scheme?.addEventListener("change", onScheme);
    return () => scheme?.removeEventListener("change", onScheme);
  }, []);
  return () => redraw.current();
}
