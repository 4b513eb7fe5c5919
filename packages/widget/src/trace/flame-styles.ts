export const flameStyles = `
.flame { position: relative; flex: 1; display: flex; flex-direction: column; min-height: 0; min-width: 0; border-top: 1px solid var(--_border); }
.flame-tools { flex: none; display: flex; align-items: center; gap: 10px; min-height: 30px; padding: 3px 14px; background: var(--_subtle); border-bottom: 1px solid var(--_border); font-size: 12px; }
.flame-told { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--_text-muted); }
.flame-scroller { cursor: default; }
.flame-canvas { position: sticky; top: 0; display: block; width: 100%; }
.flame-tip { position: absolute; z-index: 5; display: grid; max-width: 240px; padding: 5px 9px; border: 1px solid var(--_border-strong); border-radius: 6px; background: var(--_background); box-shadow: 0 4px 14px #0003; font-size: 12px; line-height: 17px; pointer-events: none; overflow-wrap: anywhere; }
.flame-tip span { color: var(--_text-muted); }
.flame-colors { position: absolute; visibility: hidden; }
.flame-colors > * { color: var(--tone); }
.flame-colors > .flame-failed { color: var(--_error); }
.flame-colors > .flame-dim { color: var(--_border-strong); }
.flame-colors > .flame-ink { color: var(--_text); }
.flame-colors > .flame-back { color: var(--_background); }
`;
