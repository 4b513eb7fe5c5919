export const dataElementId = "spanbook-data";
export const explorerElementId = "spanbook-explorer";
export const staticElementId = "spanbook-static";
