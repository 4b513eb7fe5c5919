/** The connection to a store's database. */
import { storeError } from "@spanbook/core/store";
import { openDB } from "idb";
import type { Database, Schema } from "./database.js";
import { nameOf } from "./names.js";
import { upgrade } from "./upgrade.js";

/** Raise it with every change of the layout, and bring older databases there in upgrade.ts. */
const schemaVersion = 3;

export interface Connection {
  /** The open database. Rejects with StoreVersionError once it was let go for another tab. */
  database(): Promise<Database>;
  close(): Promise<void>;
}

/**
 * Opens the database, making it where there is none. When another tab upgrades it, this one lets go at once, so that the other
 * need not wait. Where it was deleted, by a page or the browser (site data cleared), `onLost` is called, because what was known
 * of it holds no longer, and the next call makes it again.
 *
 * Rejects with StoreVersionError where the database is of a newer version, and with the browser's error (SecurityError,
 * InvalidStateError) where it is denied.
 */
export async function connect(name: string, onLost: () => void): Promise<Connection> {
  let isLetGo = false;
  let opening: Promise<Database> | undefined;

  async function open(): Promise<Database> {
    return openDB<Schema>(nameOf(name), schemaVersion, {
      upgrade(database, oldVersion, _, transaction) {
        upgrade(database, oldVersion, transaction);
      },
      blocking(_current, wanted, event) {
        if (wanted === null) lose();
        else isLetGo = true;
        (event.target as IDBDatabase).close();
      },
      terminated: lose,
    });
  }

  function lose(): void {
    opening = undefined;
    onLost();
  }

  const connection: Connection = {
    async database() {
      if (isLetGo) {
        throw storeError(
          "StoreVersionError",
          `another tab upgraded the store ${JSON.stringify(name)}: reload this page`,
        );
      }
      try {
        return await (opening ??= open());
      } catch (cause) {
        opening = undefined;
        if ((cause as Error).name !== "VersionError") throw cause;
        throw storeError(
          "StoreVersionError",
          `the store ${JSON.stringify(name)} must have version ${schemaVersion} or older, got a newer one: update Spanbook`,
          { cause },
        );
      }
    },
    async close() {
      if (!isLetGo) (await opening)?.close();
    },
  };
  await connection.database();
  return connection;
}
