/** Searches a store's files for what must not be in them. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { SqljsStore } from "@spanbook/store-sqljs";
import { expect } from "vitest";
import { newPath, open } from "../store-sqljs/support.js";
import { compareTraced, type TracedOutcome } from "./compare-traced.js";
import type { RecordingWorld } from "./tracing.js";

/** Like {@link compareTraced}, with the store in a file, every byte of which is searched for the secret. */
export async function compareStored(
  secret: string,
  runPlain: () => Promise<unknown>,
  runTraced: (world: RecordingWorld) => Promise<unknown>,
): Promise<TracedOutcome> {
  const store = await open(newPath());
  const compared = await compareTraced(secret, runPlain, runTraced, { store });
  const bytes = await closeAndRead(store);
  // The search sees what is stored.
  for (const { name } of compared.spans) expect(bytes).toContain(name);
  expectNowhere(secret, bytes);
  return compared;
}

/** Closes a store in a file, and gives the bytes of its files, one character each: while it was open, and after closing. */
export async function closeAndRead(store: SqljsStore): Promise<string> {
  const folder = path.dirname(store.path);
  const read = () => readdirSync(folder).map((name) => readFileSync(path.join(folder, name), "latin1"));
  const whileOpen = read();
  await store.close();
  return [...whileOpen, ...read()].join("\n");
}

/** Fails if the secret is among the bytes, in whatever form it may have been written. */
export function expectNowhere(secret: string, bytes: string): void {
  for (const form of formsOf(secret)) expect(bytes).not.toContain(form);
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  // In base64, a text begins at one of three offsets of its first character.
  const inBase64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .slice(4, -4),
  );
  return [secret, bytes.toString("utf16le"), bytes.toString("hex"), ...inBase64];
}
