import script from "./output-page.js?text";

/** The script that makes a notebook's outputs interactive: a classic script, built from output-page.ts. */
export const outputScript: string = script;
