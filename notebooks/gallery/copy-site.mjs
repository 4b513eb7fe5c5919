import { existsSync, statSync } from "node:fs";
import { cp, readFile } from "node:fs/promises";
import path from "node:path";

const withReferences = new Set([".html", ".css", ".js", ".mjs"]);

/**
 * Copies a page with everything that it references by a relative path, and what that references in turn, each to the same place
 * below `out` as it has below `root`. A path counts if it is in quotes and there is such a file.
 */
export async function copyWithReferences(file, { root, out }, copied = new Set()) {
  if (copied.has(file)) return copied;
  copied.add(file);
  await cp(file, path.join(out, path.relative(root, file)));
  if (!withReferences.has(path.extname(file))) return copied;
  const text = await readFile(file, "utf8");
  for (const [, reference] of text.matchAll(/["'`](\.{1,2}\/[^"'`\s?#]+)["'`]/g)) {
    const named = path.join(path.dirname(file), reference);
    const isInside = named.startsWith(path.join(root, path.sep));
    if (isInside && existsSync(named) && statSync(named).isFile()) {
      await copyWithReferences(named, { root, out }, copied);
    }
  }
  return copied;
}
