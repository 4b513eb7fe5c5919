import { readFile } from "node:fs/promises";
import { transformSync } from "esbuild";

// Styles are written for readers, as template texts in files named *-styles.ts, which script minifiers leave alone. When shipped
// they are minified as CSS.

const styleFile = /-styles\.ts$/;
/** A style sheet: a template that begins with a line break and has no placeholders. */
const styleSheet = /`\n([^`$\\]*)`/g;

/**
 * A Rollup plugin. It must come before the one that strips types.
 *
 * @returns {any}
 */
export function minifiedStyles() {
  return {
    name: "minified-styles",
    transform: (code, id) => (styleFile.test(id) ? { code: withMinified(code), map: null } : null),
  };
}

/**
 * The same for esbuild.
 *
 * @returns {import("esbuild").Plugin}
 */
export function esbuildMinifiedStyles() {
  return {
    name: "minified-styles",
    setup({ onLoad }) {
      onLoad({ filter: styleFile }, async ({ path }) => ({
        contents: withMinified(await readFile(path, "utf8")),
        loader: "ts",
      }));
    },
  };
}

function withMinified(code) {
  return code.replace(styleSheet, (_, css) => JSON.stringify(minify(css)));
}

function minify(css) {
  return transformSync(css, { loader: "css", minify: true }).code.trim();
}
