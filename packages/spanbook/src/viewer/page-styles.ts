import { lines, surfaces, texts, type Shade } from "@spanbook/widget/parts";

const colours: Readonly<Record<string, Shade>> = {
  border: lines.border,
  "border-strong": lines["border-strong"],
  muted: texts["text-muted"],
  accent: texts.accent,
  error: texts.error,
  background: surfaces.background,
  subtle: surfaces.subtle,
  hover: surfaces.hover,
};

function shade({ light, dark }: Shade): string {
  return `light-dark(${light}, ${dark})`;
}

/** The styles of the page around the explorer, in the explorer's colours. */
export function pageStyles(): string {
  const properties = Object.entries(colours).map(([name, colour]) => `--${name}: ${shade(colour)};`);
  return `
:root { color-scheme: light dark; ${properties.join(" ")} }
*, ::before, ::after { box-sizing: border-box; }
body { margin: 0; background: var(--background); color: ${shade(texts.text)}; font: 13px/20px -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Noto Sans", Ubuntu, Cantarell, "Helvetica Neue", Arial, sans-serif; }
.page { display: flex; flex-direction: column; height: 100dvh; }
h1, h2, p, ul, ol, dl, dd { margin: 0; padding: 0; }
.muted { color: var(--muted); }
.grow { flex: 1; min-width: 0; overflow-wrap: anywhere; }
code { padding: 1px 5px; border-radius: 4px; background: ${shade(surfaces.hover)}; font: 12px/18px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
button, summary { font: inherit; color: inherit; cursor: pointer; }
button, .menu > summary { padding: 3px 10px; border: 1px solid var(--border-strong); border-radius: 6px; background: var(--background); white-space: nowrap; }
button:hover, .menu > summary:hover { background: var(--hover); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.quiet { border-color: transparent; background: none; color: var(--muted); }
.danger { border-color: var(--error); color: var(--error); }
.primary { align-self: center; padding: 8px 22px; border-color: var(--accent); background: var(--accent); color: var(--background); font-weight: 600; font-size: 14px; }
.primary:hover { background: color-mix(in srgb, var(--accent) 88%, currentColor); }

header { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 8px; padding: 8px 14px; border-bottom: 1px solid var(--border); background: var(--subtle); }
header h1 { margin-inline-end: 6px; font-size: 14px; }
.keep { display: flex; flex-wrap: wrap; align-items: center; gap: 0 6px; cursor: pointer; }
.keep input { margin: 0; accent-color: var(--accent); }
header .keep { margin-inline-start: auto; }

.menu { position: relative; }
.menu > summary { list-style: none; user-select: none; }
.menu > summary::-webkit-details-marker { display: none; }
.menu > summary::after { content: ""; display: inline-block; margin: 0 1px 3px 7px; width: 5px; height: 5px; border: solid; border-width: 0 1.5px 1.5px 0; rotate: 45deg; color: var(--muted); }
.menu-list { position: absolute; z-index: 10; top: calc(100% + 4px); inset-inline-start: 0; display: grid; min-width: 270px; max-width: calc(100vw - 24px); padding: 4px; border: 1px solid var(--border-strong); border-radius: 8px; background: var(--background); box-shadow: 0 8px 24px rgb(0 0 0 / 18%); }
.menu-list button { display: flex; justify-content: space-between; gap: 16px; padding: 5px 10px; border: 0; text-align: start; }

.imports { display: flex; align-items: flex-start; gap: 8px; max-height: 40dvh; padding: 6px 14px; overflow: auto; border-bottom: 1px solid var(--border); }
.imports ul { flex: 1; min-width: 0; list-style: none; }
.imports ul > li { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 10px; padding-block: 3px; }
.imports .name { font-weight: 600; overflow-wrap: anywhere; }
.failed > .grow { color: var(--error); }
.imports .cancelled { color: var(--muted); }
.imports button { padding-block: 1px; }
.errors { flex: 1 0 100%; }
.errors summary { color: var(--error); }
.errors ol { padding-inline-start: 18px; list-style: none; }
.errors ol li { padding-block: 1px; overflow-wrap: anywhere; }
.bar { display: flex; align-items: center; gap: 10px; padding: 6px 14px; border-bottom: 1px solid var(--border); }

main { flex: 1; min-height: 0; display: flex; flex-direction: column; }
.explorer { flex: 1; min-height: 0; }
spanbook-explorer { height: 100%; }

.empty { flex: 1; overflow: auto; display: flex; flex-direction: column; gap: 14px; width: 100%; max-width: 620px; margin: 0 auto; padding: clamp(24px, 9vh, 96px) 20px 32px; }
.empty h1 { font-size: 22px; line-height: 28px; text-align: center; }
.lead { font-size: 15px; text-align: center; }
.kinds { display: grid; margin-top: 14px; border: 1px solid var(--border); border-radius: 10px; }
.kinds > div { display: grid; grid-template-columns: 170px 1fr; gap: 2px 12px; padding: 9px 14px; }
.kinds > div + div { border-top: 1px solid var(--border); }
.kinds dt { font-weight: 600; }
.kinds dd { color: var(--muted); }
@media (max-width: 520px) {
  .kinds > div { grid-template-columns: 1fr; }
  header { position: relative; padding-inline: 10px; }
  header h1 { display: none; }
  header .keep { margin-inline-start: 0; }
  .menu { position: static; }
  .menu-list { top: 42px; inset-inline: 10px; }
}
.drop-hint { position: fixed; inset: 8px; z-index: 20; display: grid; place-items: center; border: 2px dashed var(--accent); border-radius: 12px; background: color-mix(in srgb, var(--background) 82%, transparent); font-size: 18px; font-weight: 600; pointer-events: none; }
dialog { max-width: min(420px, calc(100vw - 32px)); padding: 18px 20px; border: 1px solid var(--border-strong); border-radius: 12px; background: var(--background); color: inherit; }
dialog::backdrop { background: rgb(0 0 0 / 35%); }
dialog h2 { margin-bottom: 6px; font-size: 15px; }
.actions { display: flex; justify-content: flex-end; gap: 8px; margin-top: 16px; }
`;
}
