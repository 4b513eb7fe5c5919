import script from "./output-page.js?text";

/** What makes the outputs of a notebook alive: a classic script, built from output-page.ts. */
export const outputScript: string = script;
