import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { readNotices, toComment, toText } from "./notices.mjs";
import { bundleScript } from "./text-imports.mjs";

// Our own rather than rollup-plugin-license: half of the bundled code is bundled by esbuild, as text inside Rollup's bundle.

/**
 * A Rollup plugin that writes the licences of what a package's builds take in from others to THIRD-PARTY-NOTICES.txt, and
 * puts them at the end of a single file too, which may travel alone.
 *
 * @param {Set<string>} files what the builds of the same package took in so far; added to
 * @param {{ isSingleFile?: boolean, besides?: readonly string[] }} [options] `besides` are files that another plugin puts in
 * @returns {import("rollup").Plugin}
 */
export function thirdPartyNotices(files, { isSingleFile = false, besides = [] } = {}) {
  return {
    name: "third-party-notices",
    renderChunk: {
      order: "post",
      async handler(code, chunk) {
        const bundled = [...(await bundledFiles(chunk)), ...besides.map((file) => path.resolve(file))];
        for (const file of bundled) files.add(file);
        if (!isSingleFile) return null;
        return { code: code + toComment(await readNotices(bundled)), map: null };
      },
    },
    async writeBundle({ dir, file }) {
      const notices = await readNotices(files);
      if (notices.length === 0) return;
      const folder = dir ?? path.dirname(file);
      await mkdir(folder, { recursive: true });
      await writeFile(path.join(folder, "THIRD-PARTY-NOTICES.txt"), toText(notices));
    },
  };
}

/** The files that contribute to a chunk, including those inside its texts. */
async function bundledFiles({ modules }) {
  const ids = Object.keys(modules).filter((id) => modules[id].renderedLength > 0);
  const files = await Promise.all(
    ids.map(async (id) => {
      if (!id.endsWith("?text")) return [id];
      const { bundled } = await bundleScript(id.slice(0, -"?text".length));
      return bundled;
    }),
  );
  return files.flat();
}
