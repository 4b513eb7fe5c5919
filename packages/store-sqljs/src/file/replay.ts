import { copyFileSync, readFileSync, renameSync } from "node:fs";
import { storeError } from "@spanbook/core/store";
import type { TraceDatabase } from "../database/trace-database.js";
import { freePath, listExitFiles, listJournals } from "./paths.js";
import { decodeJournal, type JournalContent } from "./record.js";

export interface Replay {
  /** Whether it changed the database. */
  readonly hasChanges: boolean;
  /** The greatest generation of all journals found, 0 if there are none. */
  readonly lastGeneration: number;
  /** Files whose content is in the database, to be removed once that is on the disk. */
  readonly done: readonly string[];
}

/** What to do with a file that cannot be replayed in full: nothing if the store is opened read-only. */
export interface SettingAside {
  /** Keeps a copy of a damaged journal and returns its path. */
  keepDamaged(path: string, name: string): string;
  /** Moves another store's journal out of the way and returns its new path. */
  moveForeign(path: string, name: string): string;
}

/**
 * Adds to the database what was acknowledged since it was saved: the journals that follow it, then what exiting processes wrote.
 * A torn end is skipped, since nobody was told that it is stored. Damaged files and those of another store are set aside and
 * reported.
 */
export function replayJournals(
  database: TraceDatabase,
  path: string,
  aside: SettingAside,
  report: (failure: Error) => void,
): Replay {
  const done: string[] = [];
  let recordCount = 0;

  function replay(file: string, name: string, generation: number): void {
    const content = decodeJournal(readFileSync(file));
    if (content.start && content.start.storeId !== database.storeId) {
      const kept = aside.moveForeign(file, name);
      report(
        storeError(
          "StoreCorruptError",
          `${file} belongs to another database than ${path}: it is kept as ${kept}`,
        ),
      );
      return;
    }
    done.push(file);
    // The snapshot already has it: its program was killed before it could remove the journal.
    if (generation < database.generation) return;
    database.apply(content.records);
    recordCount += content.records.length;
    if (content.end === "damaged") {
      const kept = aside.keepDamaged(file, name);
      report(storeError("StoreCorruptError", `${inWords(file, content)}; the file is kept as ${kept}`));
    }
  }

  const journals = listJournals(path);
  for (const { path: file, generation } of journals) replay(file, `journal-${generation}`, generation);
  for (const file of listExitFiles(path)) replay(file, "exit", Infinity);
  return { hasChanges: recordCount > 0, lastGeneration: journals.at(-1)?.generation ?? 0, done };
}

function inWords(file: string, { records }: JournalContent): string {
  return `${file} is damaged: expected a record after the ${records.length} that were read, got something else`;
}

/** In files beside the database at that path. */
export function setAsideBeside(path: string): SettingAside {
  return {
    // A copy, because until the next snapshot the intact part exists nowhere else.
    keepDamaged(file, name) {
      const kept = freePath(`${path}-damaged-${name}`);
      copyFileSync(file, kept);
      return kept;
    },
    moveForeign(file, name) {
      const kept = freePath(`${path}-foreign-${name}`);
      renameSync(file, kept);
      return kept;
    },
  };
}

/** Leaves all files where they are. */
export const leaveInPlace: SettingAside = {
  keepDamaged: (file) => file,
  moveForeign: (file) => file,
};
