export const spanStyles = `
.details { display: flex; flex-direction: column; min-width: 0; min-height: 0; background: var(--_background); }
.details-head { flex: none; display: flex; align-items: center; gap: 7px; min-height: 38px; padding: 4px 8px 4px 14px; }
.details-head > .chip { flex: none; max-width: 40%; }
.details-title { flex: 0 1 auto; min-width: 0; font-size: 13px; font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.details-body { flex: 1; min-height: 0; overflow: auto; padding: 0 14px 20px; overscroll-behavior: contain; scrollbar-width: thin; scrollbar-color: var(--_border-strong) transparent; }

.fact-list { display: flex; flex-wrap: wrap; gap: 2px 20px; padding-block: 0 12px; }
.fact-pair { display: flex; gap: 8px; min-width: min(126px, 100%); }
.fact-pair dt { flex: none; color: var(--_text-faint); }
.fact-pair dd { display: flex; align-items: flex-start; min-width: 0; max-height: 100px; overflow: auto; overflow-wrap: anywhere; }
.fact-pair .copy { width: 22px; height: 20px; }
.fact-pair.whole { flex: 1 0 100%; flex-wrap: wrap; gap: 0 6px; }
.fact-pair.whole .mono { font-size: 11px; }

.section { border-top: 1px solid var(--_border); }
.section-head { position: sticky; top: 0; z-index: 1; display: flex; align-items: center; height: 34px; background: var(--_background); }
.section-toggle { flex: 1; display: flex; align-items: center; gap: 4px; height: 100%; margin-inline-start: -4px; font-weight: 600; font-size: 12px; }
.section-toggle .count { margin-inline-start: 2px; }
.section-body { padding: 0 0 12px; }
.section-body > .fact-list { padding-bottom: 0; }

.json { overflow-wrap: anywhere; }
.json-entries .json-entries { margin-inline-start: 7px; padding-inline-start: 10px; border-inline-start: 1px solid var(--_guide); }
.json-line { display: flex; align-items: baseline; gap: 8px; border-radius: 4px; min-height: 20px; }
.json-line:hover { background: var(--_hover); }
.json-copy { flex: none; display: flex; align-self: flex-start; margin-inline-start: auto; }
.json-copy .copy { width: 20px; height: 20px; }
.json-copy .icon, .fact-pair .copy .icon { width: 13px; height: 13px; }
.json-toggle { display: flex; align-items: baseline; gap: 8px; min-width: 0; flex: 1; }
.json-toggle .chevron { align-self: center; margin-inline-end: -7px; }
.json-key { flex: none; max-width: 60%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--_json-key); unicode-bidi: isolate; }
.json-value { min-width: 0; white-space: pre-wrap; unicode-bidi: plaintext; }
.json-text { color: var(--_json-text); }
.json-number { color: var(--_json-number); }
.json-boolean, .json-null { color: var(--_json-word); }
.json-preview, .json-bytes { min-width: 0; color: var(--_text-faint); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.json-entries > li > .link, .json-line > .json-key { padding-inline-start: 17px; }
.json-value .link { padding-inline-start: 4px; }

.json-search { height: 24px; margin-block: 0 6px; }

.messages, .message-parts, .documents, .events { display: grid; grid-template-columns: minmax(0, 1fr); min-width: 0; }
.messages { gap: 12px; }
.message { padding-inline-start: 10px; border-inline-start: 2px solid var(--tone); }
.message-role { display: block; margin-bottom: 2px; font-size: 11px; line-height: 16px; font-weight: 600; color: var(--tone); unicode-bidi: plaintext; overflow-wrap: anywhere; }
.message-parts { gap: 8px; }
.message-image { display: block; max-width: 100%; max-height: 320px; border: 1px solid var(--_border); border-radius: 6px; }
.image-note { overflow-wrap: anywhere; }
.chat > .json, .beside { margin-top: 14px; padding-top: 10px; border-top: 1px dashed var(--_border); }
.call { padding: 6px 10px 8px; border: 1px solid var(--_border); border-radius: 6px; background: var(--_subtle); min-width: 0; }
.call-head { display: flex; align-items: center; gap: 6px; min-width: 0; }
.call-name { font-weight: 600; overflow-wrap: anywhere; }
.call-id { font: 11px/16px var(--_mono); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0; }
.call-head .call-id { margin-inline-start: auto; }
.reasoning { color: var(--_text-muted); }
.reasoning .json-toggle { width: 100%; gap: 10px; font-size: 12px; }
.reasoning > :is(.text-block, .markdown) { padding-inline-start: 18px; font-style: italic; }
.documents { gap: 10px; }
.document { padding: 8px 12px; border: 1px solid var(--_border); border-radius: 6px; min-width: 0; }
.document > :is(.text-block, .markdown) { max-height: 220px; overflow: auto; }
.document-head { display: flex; gap: 8px; margin-bottom: 4px; font-size: 12px; }
.document-title { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 500; }
.document-score { flex: none; padding-inline: 6px; border-radius: 4px; background: var(--_hover); }
.document > .json { margin-top: 6px; padding-top: 4px; border-top: 1px dashed var(--_border); }

.tag-list { display: grid; grid-template-columns: minmax(0, 1fr); gap: 2px; }
.tag-line { display: flex; align-items: flex-start; gap: 8px; min-height: 24px; padding-block: 2px; }
.tag-line .text-block { flex: 1; min-width: 0; }
.line-actions { flex: none; display: flex; }
.line-actions .icon-button, .assessment-head .icon-button { width: 22px; height: 20px; }
.line-actions .icon, .assessment-head .icon { width: 13px; height: 13px; }
.assessments { display: grid; grid-template-columns: minmax(0, 1fr); gap: 8px; margin-bottom: 6px; }
.assessment { padding: 6px 10px; border: 1px solid var(--_border); border-radius: 6px; min-width: 0; }
.assessment.overridden { border-style: dashed; }
.assessment-head { display: flex; align-items: center; gap: 8px; min-width: 0; }
.assessment-name { min-width: 0; overflow-wrap: anywhere; }
.assessment-source { font-size: 12px; overflow-wrap: anywhere; }
.assessment-history { display: grid; gap: 8px; margin-top: 4px; padding-inline-start: 10px; border-inline-start: 2px solid var(--_border); }
.edit-outcome { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 6px; margin-block: 4px; padding: 8px 10px; border: 1px solid var(--_border); border-radius: 6px; background: var(--_subtle); overflow-wrap: anywhere; }
.edit-outcome > p { flex: 1 1 120px; min-width: 0; }
.edit-outcome .state-ERROR { display: block; }
.edit-outcome .code { flex: 1 1 100%; margin: 0; background: var(--_background); }
.edit-outcome .code pre { flex: 1; }

.remark { padding-bottom: 12px; color: var(--_text-muted); }
.failure { margin-bottom: 12px; border: 1px solid color-mix(in srgb, var(--_error) 35%, transparent); border-radius: 6px; background: color-mix(in srgb, var(--_error) 5%, transparent); overflow: hidden; }
.failure-head { display: flex; align-items: center; gap: 7px; padding: 5px 4px 0 10px; }
.failure-head .link { flex: 999 1 0; min-width: min(6em, 30%); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.failure-type { color: var(--_error); font-weight: 600; overflow-wrap: anywhere; }
.failure-message { padding: 0 12px 8px 33px; }
.stack { padding: 7px 12px 8px; border-top: 1px solid color-mix(in srgb, var(--_error) 18%, transparent); max-height: 260px; overflow: auto; }
.stack .text-block { color: var(--_text-muted); }
.cause { font-size: 11px; line-height: 16px; color: var(--_text-faint); }

.events { gap: 6px; }
.event { display: grid; grid-template-columns: auto 1fr; column-gap: 10px; }
.event > .json, .event > .fact-list { grid-column: 1 / -1; }
.event-time { color: var(--_text-faint); font-size: 12px; }
.event-name { overflow-wrap: anywhere; }
@media print {
  .details :not(img) { max-height: none !important; }
}
`;
