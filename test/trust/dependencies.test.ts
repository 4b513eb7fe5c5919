/** What users install along with the packages. */
import { readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** An entry of the lock file. */
interface Locked extends Partial<Manifest> {
  readonly resolved?: string;
  readonly link?: boolean;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const published = readdirSync("packages")
  .map((folder) => ({
    folder: `packages/${folder}`,
    manifest: readJson<Manifest>(`packages/${folder}/package.json`),
  }))
  .filter(({ manifest }) => !manifest.private);
const { packages: locked } = readJson<{ packages: Readonly<Record<string, Locked>> }>("package-lock.json");
const installed = [...placesFrom(published.map(({ folder }) => folder))];

test("nothing installed with the packages runs a script", () => {
  const running = installed.filter((place) => locked[place]?.hasInstallScript);
  expect(running).toEqual([]);
  // The lock file says which packages do.
  expect(locked["node_modules/esbuild"]?.hasInstallScript).toBe(true);
  expect(published.filter(({ manifest }) => manifest.scripts)).toEqual([]);
});

test("everything installed with the packages is pinned by the lock file", () => {
  const foreign = installed.filter((place) => place.includes("node_modules/"));
  expect(foreign.length).toBeGreaterThan(6);
  expect(foreign.filter((place) => !locked[place]?.integrity)).toEqual([]);
});

test("docs/security.md names what each package depends on", () => {
  const guide = readFileSync("docs/security.md", "utf8");
  const told = [...guide.matchAll(/^\| `([^`]+)` +\| (`.*) +\|$/gm)].map(([, name, list = ""]) => [
    name,
    [...list.matchAll(/`([^`]+)`/g)].map(([, dependency]) => dependency),
  ]);
  expect(Object.fromEntries(told)).toEqual(
    Object.fromEntries(
      published.map(({ manifest: { name, dependencies = {} } }) => [
        name,
        Object.keys(dependencies).filter((dependency) => !dependency.startsWith("@spanbook/")),
      ]),
    ),
  );
});

/** The places in the lock file of everything needed there, and of what that needs in turn. */
function placesFrom(places: readonly string[], found = new Set<string>()): Set<string> {
  for (const place of places) {
    if (found.has(place)) continue;
    found.add(place);
    const { dependencies, optionalDependencies } = locked[place] ?? {};
    const needed = Object.keys({ ...dependencies, ...optionalDependencies });
    placesFrom(
      needed.map((name) => placeOf(name, place)),
      found,
    );
  }
  return found;
}

/** Where Node finds it from that place. */
function placeOf(name: string, from: string): string {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/")))) {
    const place = `${folder && `${folder}/`}node_modules/${name}`;
    const entry = locked[place];
    if (entry) return entry.link ? entry.resolved! : place;
    if (folder === "") throw new Error(`${from} needs ${name}, which the lock file does not have`);
  }
}

function readJson<Content>(file: string): Content {
  return JSON.parse(readFileSync(file, "utf8")) as Content;
}
