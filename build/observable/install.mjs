import { fileURLToPath } from "node:url";
import { installFolder, isInstalled } from "../npm-folder.mjs";

const folder = fileURLToPath(new URL(".", import.meta.url));

/** Whether Observable's kits are there, in the releases that the lock file names. */
export function hasObservable() {
  return isInstalled(folder);
}

/** Installs them unless they are there. */
export function installObservable() {
  installFolder(folder);
}

export function explainMissingObservable() {
  return 'Observable\'s kits are not there: run "node test/interop/install.mjs"';
}
