/** What lies where on Windows: its path rules, on any system. */
import fs from "node:fs";
import type * as nodePath from "node:path";
import type * as nodeUrl from "node:url";
import { describe, expect, it, vi } from "vitest";
import {
  exitPath,
  journalPath,
  listExitFiles,
  listJournals,
  lockPath,
  toPath,
  toRealPath,
} from "../../packages/store-sqljs/src/file/paths.js";

vi.mock("node:path", async (load) => ({ default: (await load<typeof nodePath>()).win32 }));
vi.mock("node:url", async (load) => {
  const { fileURLToPath } = await load<typeof nodeUrl>();
  return { fileURLToPath: (url: string | URL) => fileURLToPath(url, { windows: true }) };
});
vi.mock("node:fs", { spy: true });

/** Makes that folder contain these names. */
function holding(folder: string, names: readonly string[]): void {
  const readNames = (asked: unknown) => (asked === folder ? names : []);
  vi.mocked(fs.readdirSync).mockImplementationOnce(readNames as never);
}

describe("on Windows a path", () => {
  it("with a drive, on a share, or with either slash, stays a path", () => {
    expect(toRealPath("C:\\x\\y.db")).toBe("C:\\x\\y.db");
    expect(toRealPath("C:/x/../z/y.db")).toBe("C:\\z\\y.db");
    expect(toRealPath("\\\\server\\share\\y.db")).toBe("\\\\server\\share\\y.db");
  });

  it("may be given as a file: URL, as text or not", () => {
    expect(toPath("file:///C:/x%20y/z.db")).toBe("C:\\x y\\z.db");
    expect(toPath(new URL("file:///C:/x%20y/z.db"))).toBe("C:\\x y\\z.db");
    expect(toPath("C:\\x\\file:///y.db")).toBe("C:\\x\\file:///y.db");
    expect(() => toPath(new URL("https://x.example/y.db"))).toThrow(TypeError);
  });

  it("has its own journals, exit files and lock beside it, and nobody else's", () => {
    const file = "C:\\x\\y.db";
    const own = [journalPath(file, 12), journalPath(file, 7), exitPath(file, 41, 2), lockPath(file)];
    expect(own).toEqual([
      ...["C:\\x\\y.db-journal-12", "C:\\x\\y.db-journal-7", "C:\\x\\y.db-exit-41-2", "C:\\x\\y.db-lock"],
    ]);
    const names = [
      ...own.map((path) => path.slice("C:\\x\\".length)),
      "other.db-journal-3",
      "y.db-journal-x",
    ];
    holding("C:\\x", names);
    expect(listJournals(file)).toEqual([
      { path: "C:\\x\\y.db-journal-7", generation: 7 },
      { path: "C:\\x\\y.db-journal-12", generation: 12 },
    ]);
    holding("C:\\x", names);
    expect(listExitFiles(file)).toEqual(["C:\\x\\y.db-exit-41-2"]);
  });
});
