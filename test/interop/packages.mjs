import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

const folder = fileURLToPath(new URL("packages/", import.meta.url));

/**
 * The URL from which a package is imported; undefined if it is not installed.
 * @param {string} name
 */
export function findPackage(name) {
  if (!existsSync(`${folder}node_modules/${name}`)) return undefined;
  return pathToFileURL(createRequire(`${folder}package.json`).resolve(name)).href;
}
