/** An IndexedDB database as plain data, and back, in a page. */
import { openDB } from "idb";

export interface DatabaseDump {
  readonly version: number;
  readonly stores: readonly StoreDump[];
}

interface StoreDump {
  readonly name: string;
  readonly keyPath: string | string[] | null;
  readonly autoIncrement: boolean;
  readonly indexes: readonly IndexDump[];
  /** Keys and values; bytes are base64, see {@link packBytes}. */
  readonly records: readonly (readonly [IDBValidKey, unknown])[];
}

interface IndexDump {
  readonly name: string;
  readonly keyPath: string | string[];
  readonly multiEntry: boolean;
}

export async function dumpDatabase(name: string): Promise<DatabaseDump> {
  const database = await openDB(name);
  const stores = await Promise.all(
    [...database.objectStoreNames].map(async (storeName) => {
      const { store } = database.transaction(storeName);
      const indexes = [...store.indexNames].map((indexName) => {
        const { keyPath, multiEntry } = store.index(indexName);
        return { name: indexName, keyPath: keyPath as string | string[], multiEntry };
      });
      const { keyPath, autoIncrement } = store;
      const [keys, values] = await Promise.all([store.getAllKeys(), store.getAll()]);
      const records = keys.map((key, index) => [key, packBytes(values[index])] as const);
      return { name: storeName, keyPath: keyPath as StoreDump["keyPath"], autoIncrement, indexes, records };
    }),
  );
  const { version } = database;
  database.close();
  return { version, stores };
}

/** Recreates a database that was dumped. There must be none of that name. */
export async function restoreDatabase(name: string, { version, stores }: DatabaseDump): Promise<void> {
  const database = await openDB(name, version, {
    upgrade(upgraded) {
      for (const { name: storeName, keyPath, autoIncrement, indexes } of stores) {
        const store = upgraded.createObjectStore(storeName, { keyPath, autoIncrement });
        for (const index of indexes) {
          store.createIndex(index.name, index.keyPath, { multiEntry: index.multiEntry });
        }
      }
    },
  });
  for (const { name: storeName, keyPath, records } of stores) {
    const transaction = database.transaction(storeName, "readwrite");
    for (const [key, value] of records) {
      await transaction.store.put(unpackBytes(value), keyPath === null ? key : undefined);
    }
    await transaction.done;
  }
  database.close();
}

/** A value that can be written as JSON: its field `bytes` is base64 if it holds bytes. */
function packBytes(value: unknown): unknown {
  const { bytes } = Object(value) as { readonly bytes?: unknown };
  return bytes instanceof Uint8Array
    ? { ...Object(value), bytes: btoa(String.fromCharCode(...bytes)) }
    : value;
}

function unpackBytes(value: unknown): unknown {
  const { bytes } = Object(value) as { readonly bytes?: unknown };
  if (typeof bytes !== "string") return value;
  return { ...Object(value), bytes: Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0)) };
}
