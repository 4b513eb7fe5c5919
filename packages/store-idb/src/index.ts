// The IndexedDB store is not here yet.
export {};
