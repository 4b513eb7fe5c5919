import script from "./report-page.js?text";

/** The script that makes a report interactive: a classic script, built from report-page.ts. */
export const reportScript: string = script;
