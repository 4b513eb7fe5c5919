import script from "./report-page.js?text";

/** What makes a report alive: a classic script, built from report-page.ts. */
export const reportScript: string = script;
