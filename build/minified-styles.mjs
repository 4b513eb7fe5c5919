import { readFile } from "node:fs/promises";
import { transformSync } from "esbuild";

// Styles are written to be read, as template texts in files named *-styles.ts, which minifiers of scripts leave alone. What is
// shipped of them is minified as CSS.

const styleFile = /-styles\.ts$/;
/** A style sheet: it begins with a line of its own, and nothing is put into it. */
const styleSheet = /`\n([^`$\\]*)`/g;

/**
 * A Rollup plugin. It comes before what takes the types away.
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
