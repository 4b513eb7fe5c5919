import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { bundleScript } from "./text-imports.mjs";

// A page in a single file: it opens from a disk and fetches nothing. SQLite, which is large and not always needed, is in it
// compressed, as base64.

/** The path of the SQLite build for pages. */
export const sqlite = "node_modules/sql.js/dist/sql-wasm-browser.wasm";

/**
 * A Rollup plugin that puts the one script of a build into an HTML template in place of `<!-- script -->`, and SQLite in place of
 * `<!-- sqlite -->`, and allows that script by its hash in place of `{script}` in the page's policy.
 *
 * @param {{ template: string, name: string }} options the page is written to `name`.html
 * @returns {import("rollup").Plugin}
 */
export function htmlPage({ template, name }) {
  return {
    name: "html-page",
    buildStart() {
      this.addWatchFile(template);
    },
    async generateBundle(_options, bundle) {
      const [chunk] = Object.values(bundle);
      delete bundle[chunk.fileName];
      // Nothing in the script's texts may close its element or open another.
      const script = chunk.code.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
      const hash = createHash("sha256").update(script).digest("base64");
      const packedSqlite = gzipSync(await readFile(sqlite), { level: 9 }).toString("base64");
      const parts = {
        "{script}": `'sha256-${hash}'`,
        "<!-- script -->": `<script>${script}</script>`,
        "<!-- sqlite -->": `<script type="application/gzip" id="sqlite">${packedSqlite}</script>`,
      };
      let source = await readFile(template, "utf8");
      for (const [place, part] of Object.entries(parts)) source = source.replace(place, () => part);
      this.emitFile({ type: "asset", fileName: `${name}.html`, source });
    },
  };
}

/**
 * A Rollup plugin that writes what createReport imports beside the bundle. In a page from the disk, in a sandboxed frame, or from
 * another origin, a classic script may not import it: there it loads another classic script.
 *
 * @returns {import("rollup").Plugin}
 */
export function emitReportTemplate() {
  return {
    name: "report-template",
    renderDynamicImport: ({ format, targetModuleId }) =>
      format === "iife" && targetModuleId?.endsWith("/report-template.js")
        ? { left: "importReportTemplate(", right: ")" }
        : null,
    async generateBundle({ format }) {
      const { script } = await bundleScript("packages/widget/src/report-page.ts");
      const [fileName, start] =
        format === "iife"
          ? ["report-template.global.js", "var spanbookReportScript"]
          : ["report-template.js", "export const reportScript"];
      this.emitFile({ type: "asset", fileName, source: `${start} = ${JSON.stringify(script)};\n` });
    },
  };
}

/** The beginning of the classic script, for {@link emitReportTemplate}. */
export const importReportTemplate = `
const { src: ownAddress } = globalThis.document?.currentScript ?? {};
const importReportTemplate = (name) => import(name).catch(async (failure) => {
  if (!ownAddress) throw failure;
  const script = document.createElement("script");
  script.src = new URL("report-template.global.js", ownAddress).href;
  await new Promise((resolve, reject) => {
    script.onload = resolve;
    script.onerror = () => reject(new Error("createReport needs " + script.src, { cause: failure }));
    document.head.append(script);
  }).finally(() => script.remove());
  return { reportScript: spanbookReportScript };
});
`;
