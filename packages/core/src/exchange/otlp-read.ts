/**
 * Reads OTLP JSON as spans, tolerantly: ids in upper or lower case, integers as numbers or texts, enums by number or
 * name, snake_case keys, unknown fields ignored. A span that cannot be stored is refused, with its place, and the
 * others are kept.
 */
import { contentId } from "../model/ids.js";
import type { Fields } from "../model/json.js";
import { withoutUndefined } from "../model/objects.js";
import type { Origins, Resource, Scope, Span } from "../model/span.js";
import { get, inWords, listOf, maybeFields, textOf } from "./otlp-fields.js";
import { toResource, toScope, toSpan } from "./otlp-messages.js";
import type { ReadErrors } from "./read-errors.js";

export interface SpanReader {
  /** Reads an element of `resourceSpans` and passes on its spans, one by one. Throws TypeError for anything else. */
  readGroup(group: unknown, line: number, path: string): void;
  /**
   * For a document with those fields and no `resourceSpans`: true if it is empty or of another signal; else throws
   * TypeError.
   */
  readOther(keys: readonly string[]): true;
  /** The resources and scopes that the spans since the last call refer to. */
  takeOrigins(): Origins;
  /** Documents of other signals. */
  readonly skipped: number;
}

/** How many ids of resources and scopes are remembered, since making one takes longer than looking it up. */
const maxRememberedIds = 1000;

/** `errors` receives what could not be read of a group. */
export function createSpanReader(onSpan: (span: Span) => void, errors: ReadErrors): SpanReader {
  const resourceIds = new Map<string, string>();
  const scopeIds = new Map<string, string>();
  let resources = new Map<string, Resource>();
  let scopes = new Map<string, Scope>();
  let skipped = 0;

  /** What `read` returns, or undefined and a noted error. */
  function attempt<Result>(line: number, pathOf: () => string, read: () => Result): Result | undefined {
    try {
      return read();
    } catch (error) {
      errors.add({ line, path: pathOf(), message: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  }

  function readResourceSpans(group: Fields, line: number, path: string): void {
    const origin = attempt(
      line,
      () => `${path}.resource`,
      () => ({ id: resourceIdOf(group) }),
    );
    if (!origin) return;
    const key = get(group, "scopeSpans") === undefined ? "instrumentationLibrarySpans" : "scopeSpans";
    listOf(group, key).forEach((item, index) => {
      const scopeGroup = maybeFields(item);
      if (scopeGroup) readScopeSpans(scopeGroup, origin.id, line, `${path}.${key}[${index}]`);
    });
  }

  function readScopeSpans(group: Fields, resourceId: string | undefined, line: number, path: string): void {
    const origin = attempt(
      line,
      () => `${path}.scope`,
      () => ({ resourceId, scopeId: scopeIdOf(group) }),
    );
    if (!origin) return;
    listOf(group, "spans").forEach((item, index) => {
      const span = attempt(
        line,
        () => `${path}.spans[${index}]${labelOf(item)}`,
        () => toSpan(item, origin),
      );
      if (span) onSpan(span);
    });
  }

  function resourceIdOf(group: Fields): string | undefined {
    const resource = maybeFields(get(group, "resource"));
    const schemaUrl = maybeSchemaUrl(group);
    if (!resource && schemaUrl === undefined) return undefined;
    const origin = resource ? toResource(resource) : { attributes: {}, isAbsent: true as const };
    return idOf<Resource>(withoutUndefined({ ...origin, schemaUrl }), resourceIds, resources);
  }

  function scopeIdOf(group: Fields): string | undefined {
    const scope = maybeFields(get(group, "scope") ?? get(group, "instrumentationLibrary"));
    const schemaUrl = maybeSchemaUrl(group);
    if (!scope && schemaUrl === undefined) return undefined;
    const origin = scope ? toScope(scope) : { isAbsent: true as const };
    return idOf<Scope>(withoutUndefined({ ...origin, schemaUrl }), scopeIds, scopes);
  }

  return {
    readGroup(item, line, path) {
      const group = maybeFields(item);
      if (!group) throw new TypeError(`expected an object with scopeSpans, got ${inWords(item)}`);
      // A whole document in place of an element: the line before it was cut off.
      const inner = get(group, "resourceSpans");
      const groups = Array.isArray(inner) ? inner.map((element) => maybeFields(element) ?? {}) : [group];
      for (const each of groups) readResourceSpans(each, line, path);
    },
    readOther(keys) {
      if (keys.some((key) => /^resource_?(metrics|logs|profiles)$/i.test(key))) skipped++;
      else if (keys.some((key) => /^resource_?spans$/i.test(key))) {
        throw new TypeError("expected resourceSpans to be a list, got something else");
      } else if (keys.length > 0) {
        throw new TypeError(
          `expected an object with resourceSpans, got an object with ${keys.slice(0, 5).join(", ")}`,
        );
      }
      return true;
    },
    takeOrigins() {
      const taken = { resources: Object.fromEntries(resources), scopes: Object.fromEntries(scopes) };
      resources = new Map();
      scopes = new Map();
      return taken;
    },
    get skipped() {
      return skipped;
    },
  };
}

function labelOf(item: unknown): string {
  const name = maybeFields(item)?.["name"];
  return typeof name === "string" && name !== "" ? ` (${name.slice(0, 60)})` : "";
}

function maybeSchemaUrl(group: Fields): string | undefined {
  return textOf(group, "schemaUrl") || undefined;
}

function idOf<Origin extends object>(
  origin: Origin,
  ids: Map<string, string>,
  met: Map<string, Origin>,
): string {
  const text = JSON.stringify(origin);
  const id = ids.get(text) ?? contentId(origin);
  if (ids.size >= maxRememberedIds) ids.clear();
  ids.set(text, id);
  met.set(id, origin);
  return id;
}
