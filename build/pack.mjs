import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

// Packs the published packages. Inside the repository the `source` condition lets tests and tools run on sources; outside it
// would point a project with a condition of the same name to missing files. So each package is packed from a copy: its dist and
// README, the licence, and its package.json without that condition. `npm run pack` writes the tarballs to out/packages, ready for
// `npm publish <tarball>`.

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Packs every public package, which must have been built, into a folder.
 *
 * @param {string} folder made when it is not there
 * @returns {Promise<{ name: string, tarball: string }[]>}
 */
export async function packPackages(folder) {
  await mkdir(folder, { recursive: true });
  const packed = [];
  for (const directory of await readdir(path.join(root, "packages"))) {
    const source = path.join(root, "packages", directory);
    const manifest = JSON.parse(await readFile(path.join(source, "package.json"), "utf8"));
    if (manifest.private) continue;
    const stage = await mkdtemp(path.join(tmpdir(), "spanbook-pack-"));
    try {
      await cp(path.join(source, "dist"), path.join(stage, "dist"), { recursive: true });
      await cp(path.join(source, "README.md"), path.join(stage, "README.md"));
      await cp(path.join(root, "LICENSE"), path.join(stage, "LICENSE"));
      await writeFile(
        path.join(stage, "package.json"),
        JSON.stringify(withoutSource(manifest), null, 2) + "\n",
      );
      const npmPack = ["pack", "--json", "--pack-destination", path.resolve(folder)];
      const { stdout } = await promisify(execFile)("npm", npmPack, { cwd: stage });
      packed.push({ name: manifest.name, tarball: path.join(folder, JSON.parse(stdout)[0].filename) });
    } finally {
      await rm(stage, { recursive: true });
    }
  }
  return packed;
}

function withoutSource(manifest) {
  const published = structuredClone(manifest);
  for (const conditions of Object.values(published.exports)) delete conditions["spanbook-source"];
  return published;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { tarball } of await packPackages("out/packages")) console.log(tarball);
}
