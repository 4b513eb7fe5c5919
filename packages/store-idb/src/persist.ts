/**
 * Asks the browser to keep the site's data, all of it and not only traces, when the disk is nearly full. Resolves to whether it
 * will. Firefox asks the user, Chromium decides by how the site is used; asking again is allowed. The store never asks on its
 * own.
 */
export async function persist(): Promise<boolean> {
  // Undefined in an insecure context, although the types say otherwise.
  const storage = navigator.storage as StorageManager | undefined;
  return (await storage?.persist()) ?? false;
}
