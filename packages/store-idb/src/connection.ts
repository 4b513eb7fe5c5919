/** The connection to a store's database. */
import { storeError } from "@spanbook/core/store";
import { openDB } from "idb";
import type { Database, Schema } from "./database.js";
import { nameOf } from "./names.js";
import { upgrade } from "./upgrade.js";

/** Raise this with every change of the layout, and migrate older databases in upgrade.ts. */
const schemaVersion = 3;

export interface Connection {
  /** The open database. Rejects with StoreVersionError once another tab has upgraded it. */
  database(): Promise<Database>;
  close(): Promise<void>;
}

/**
 * Opens the database, creating it if there is none. When another tab wants to upgrade it, this connection closes at once, so that
 * the other tab need not wait. If it is deleted, by a page or by the browser (site data cleared), `onLost` is called, because
 * anything cached from it is no longer valid; the next call creates it again.
 *
 * Rejects with StoreVersionError if the database has a newer version, and with the browser's error (SecurityError,
 * InvalidStateError) if access is denied.
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
