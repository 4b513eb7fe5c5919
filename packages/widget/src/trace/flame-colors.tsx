import { types, type TypeTone } from "../design/tokens.js";

export type FlameColor = TypeTone | "failed" | "dim" | "ink" | "back";

/** Invisible elements in the colours of the picture: a canvas cannot look those up itself. */
export function FlameColors() {
  return (
    <span class="flame-colors" aria-hidden>
      {Object.keys(types).map((tone) => (
        <span key={tone} class={`tone-${tone}`} data-color={tone} />
      ))}
      <span class="flame-failed" data-color="failed" />
      <span class="flame-dim" data-color="dim" />
      <span class="flame-ink" data-color="ink" />
      <span class="flame-back" data-color="back" />
    </span>
  );
}

/** The colours for a canvas: the current values of the styles, in the page's current color scheme. */
export function readColors(frame: HTMLElement | null): (color: FlameColor) => string {
  const probes = frame?.querySelectorAll<HTMLElement>("[data-color]") ?? [];
  const colors = new Map(
    [...probes].map((probe) => [probe.dataset["color"] as FlameColor, getComputedStyle(probe).color]),
  );
  return (color) => colors.get(color) ?? "";
}
