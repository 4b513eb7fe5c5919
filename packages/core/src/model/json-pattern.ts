/** What may stand in a string of JSON but quotes and what is escaped, as a regular expression. */
export const plainPattern = String.raw`[^"\\\u0000-\u001f]*`;

/** A string of JSON in text, with nothing in it that JSON does not allow: it can be parsed, or stand in other JSON. */
export const stringPattern = String.raw`"${plainPattern}(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})${plainPattern})*"`;
