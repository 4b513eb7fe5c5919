/** Whether tests that try what chance decides shall try as much as they can: SPANBOOK_SOAK=1, which `npm run soak` says. */
export const isSoak = process.env["SPANBOOK_SOAK"] === "1";
