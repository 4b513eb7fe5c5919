export const sessionStyles = `
.session-pane .pane-title { flex: 0 1 auto; min-width: min-content; max-width: 50%; }
.session-facts { flex: 0 1 auto; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.session-turns { padding: 4px 16px 24px; }
.session-turns > ol { display: grid; grid-template-columns: minmax(0, 1fr); max-width: 860px; margin-inline: auto; }
.turn { padding-block: 10px 14px; border-bottom: 1px solid var(--_border); }
.turn:last-child { border-bottom: 0; }
.turn-head { display: flex; align-items: center; gap: 6px; width: 100%; margin-bottom: 8px; padding: 2px 4px; border-radius: 5px; font-size: 12px; color: var(--_text-muted); }
.turn-head:hover { background: var(--_hover); }
.turn-head .name { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; unicode-bidi: isolate; }
.turn-facts { flex: none; display: flex; gap: 14px; margin-inline-start: auto; }
`;
