import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The programs of a guide, by the file name after the language of each: ```` ```js main.mjs ````. */
export function readGuidePrograms(guide: string): Readonly<Record<string, string>> {
  const text = readFileSync(path.join(root, guide), "utf8");
  return Object.fromEntries(
    [...text.matchAll(/^```(?:js|jsx|html) ([\w.-]+)\n([^]*?)^```$/gm)].map(([, name = "", code = ""]) => [
      name,
      code,
    ]),
  );
}

/** A new folder with files, inside the repository, so that its packages are found. `path` is relative to the repository. */
export async function writePrograms(
  files: Readonly<Record<string, string>>,
): Promise<{ readonly folder: string; readonly path: string; remove(): Promise<void> }> {
  const parent = path.join(root, "out");
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(path.join(parent, "guide-"));
  for (const [name, code] of Object.entries(files)) await writeFile(path.join(folder, name), code);
  return {
    folder,
    path: path.relative(root, folder),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
