import { execFile } from "node:child_process";
import { chmod, mkdir, readFile, readdir, symlink } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { packPackages } from "./pack.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Installs the packed packages into a folder's node_modules, as npm does but without the registry: other packages are taken from
 * this repository.
 *
 * @param {string} folder
 * @returns {Promise<{ name: string, manifest: { exports: Record<string, unknown> } }[]>}
 */
export async function installPacked(folder) {
  const target = path.join(folder, "node_modules");
  const installed = [];
  for (const { name, tarball } of await packPackages(path.join(folder, "tarballs"))) {
    const place = path.join(target, name);
    await mkdir(place, { recursive: true });
    await promisify(execFile)("tar", ["-xzf", tarball, "-C", place, "--strip-components", "1"]);
    const manifest = JSON.parse(await readFile(path.join(place, "package.json"), "utf8"));
    for (const needed of Object.keys(manifest.dependencies ?? {})) await link(target, needed, name);
    for (const [bin, file] of Object.entries(manifest.bin ?? {})) {
      await mkdir(path.join(target, ".bin"), { recursive: true });
      await symlink(path.join("..", name, file), path.join(target, ".bin", bin));
      await chmod(path.join(place, file), 0o755);
    }
    installed.push({ name, manifest });
  }
  return installed;
}

async function link(target, name, dependent) {
  if (name.startsWith("@spanbook/")) return;
  const own = path.join(root, "packages", dependent.replace("@spanbook/", ""), "node_modules", name);
  const place = path.join(target, dependent, "node_modules", name);
  await mkdir(path.dirname(place), { recursive: true });
  const source = await readdir(own).then(
    () => own,
    () => path.join(root, "node_modules", name),
  );
  await symlink(source, place);
}
