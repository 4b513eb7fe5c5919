/** The name of a store's database, channel and locks: other parts of a page may have some too. */
export function nameOf(store: string): string {
  return `spanbook:${store}`;
}

/** Tells pages and workers apart. */
export function newOwnerId(): string {
  return Date.now().toString(36) + Math.random().toString(36).slice(1);
}
