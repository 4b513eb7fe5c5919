import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { bundleScript } from "./text-imports.mjs";

// A page that is one file: it opens from a disk, and asks for nothing. What is large and not always needed, SQLite, lies in it
// compressed, as base64.

/** The path of SQLite as it lies in a page. */
export const sqlite = "node_modules/sql.js/dist/sql-wasm-browser.wasm";

/**
 * A Rollup plugin that puts the one script of a build into an HTML template, in the place of `<!-- script -->`, with SQLite in
 * the place of `<!-- sqlite -->`, and allows that script by its hash in the place of `{script}` in the page's policy.
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
 * A Rollup plugin that writes what createReport imports beside the bundle. A classic script may not import it in a page from the
 * disk, in a sandboxed frame, or when it comes from another origin: there it loads another classic script.
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

/** What stands at the beginning of the classic script, for {@link emitReportTemplate}. */
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
