/** The name of a store's database, channel and locks, apart from those of the page itself. */
export function nameOf(store: string): string {
  return `spanbook:${store}`;
}

/** A unique id for a page or a worker. */
export function newOwnerId(): string {
  return Date.now().toString(36) + Math.random().toString(36).slice(1);
}
