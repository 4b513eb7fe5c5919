import { types, type TypeTone } from "../design/tokens.js";

export type FlameColor = TypeTone | "failed" | "dim" | "ink" | "back";

/** Elements that have the colours of the picture and are not seen: a canvas cannot ask for them itself. */
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

/** The colours as a canvas takes them: what the styles come to now, in the scheme that the page has now. */
export function readColors(frame: HTMLElement | null): (color: FlameColor) => string {
  const probes = frame?.querySelectorAll<HTMLElement>("[data-color]") ?? [];
  const colors = new Map(
    [...probes].map((probe) => [probe.dataset["color"] as FlameColor, getComputedStyle(probe).color]),
  );
  return (color) => colors.get(color) ?? "";
}
