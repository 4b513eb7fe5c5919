/** Regular expression for a piece of a JSON string without quotes and escapes. */
export const plainPattern = String.raw`[^"\\\u0000-\u001f]*`;

/** Regular expression for a valid JSON string, which can be parsed, or put into other JSON. */
export const stringPattern = String.raw`"${plainPattern}(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})${plainPattern})*"`;
