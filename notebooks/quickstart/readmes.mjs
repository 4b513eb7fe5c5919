// The READMEs of the packages installed here, from the disk.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Every README of the packages in `modules` (a node_modules folder): [{ package, uri, text }]. */
export async function loadReadmes(modules) {
  const readmes = await Promise.all(
    (await packageNames(modules)).map(async (name) => ({
      package: name,
      uri: `${name}/README.md`,
      text: await maybeReadme(join(modules, name)),
    })),
  );
  return readmes.filter(({ text }) => text !== undefined);
}

async function packageNames(modules) {
  const entries = await readdir(modules, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
  const names = await Promise.all(
    folders.map(async ({ name }) => {
      if (!name.startsWith("@")) return [name];
      return (await readdir(join(modules, name))).map((inner) => `${name}/${inner}`);
    }),
  );
  return names.flat();
}

async function maybeReadme(folder) {
  try {
    const file = (await readdir(folder)).find((name) => /^readme(\.md)?$/i.test(name));
    return file && (await readFile(join(folder, file), "utf8"));
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  }
}
