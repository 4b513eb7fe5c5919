import { decodeJson } from "../model/dialects/mlflow.js";
import type { Span, SpanEvent, SpanLink } from "../model/span.js";
import { escapeKey, unescapeKey, type Value } from "../model/values.js";
import { captureAttribute, captureJson } from "./capture.js";
import type { SpanLimits } from "./recorder.js";

/** While it is being made. */
export type Writable<Data> = { -readonly [Key in keyof Data]: Data[Key] };

/** A span's attributes, events and links, within its limits: what is dropped is counted. */
export class SpanContents {
  readonly #limits: SpanLimits;
  readonly #attributes: Record<string, Value> = {};
  #attributeCount = 0;
  #sizeCharacters = 0;
  #events: SpanEvent[] | undefined;
  #links: SpanLink[] | undefined;
  #droppedAttributesCount = 0;
  #droppedEventsCount = 0;
  #droppedLinksCount = 0;

  constructor(limits: SpanLimits) {
    this.#limits = limits;
  }

  /** About how much text there is. */
  get sizeCharacters(): number {
    return this.#sizeCharacters;
  }

  /** In order; undefined where there is none yet. */
  get events(): readonly SpanEvent[] | undefined {
    return this.#events;
  }

  /** As {@link events}. */
  get links(): readonly SpanLink[] | undefined {
    return this.#links;
  }

  /** By escaped key. */
  get attributes(): Readonly<Record<string, Value>> {
    return this.#attributes;
  }

  getAttribute(key: string): Value | undefined {
    return this.#own(escapeKey(key));
  }

  readJson(key: string): unknown {
    return decodeJson(this.#attributes[key]);
  }

  /** Beyond the limit a new key is dropped, unless it is MLflow's. Under MLflow's keys an object is kept as JSON text. */
  setAttribute(key: string, value: unknown): void {
    const isMlflow = key.startsWith("mlflow.");
    if (isMlflow && typeof value === "object") return this.setJson(key, value);
    const { maxAttributes, maxValueCharacters } = this.#limits;
    const captured = captureAttribute(value, maxValueCharacters);
    if (captured === undefined) return;
    const own = escapeKey(key);
    const before = this.#own(own);
    if (before === undefined && !isMlflow) {
      if (this.#attributeCount >= maxAttributes) return void this.#droppedAttributesCount++;
      this.#attributeCount++;
    }
    this.#put(own, captured, before);
  }

  /** Without a limit on their number. */
  setJson(key: string, value: unknown): void {
    const { text, cut } = captureJson(value, this.#limits.maxValueCharacters);
    this.#put(key, text, this.#own(key));
    if (!cut) return;
    const cutKey = `spanbook.cut.${key}`;
    this.#put(cutKey, JSON.stringify(cut), this.#own(cutKey));
  }

  /** Beyond the limit the oldest is dropped. */
  addEvent(event: SpanEvent): void {
    this.#events ??= [];
    this.#droppedEventsCount += this.#push(this.#events, event, this.#limits.maxEvents);
  }

  /** Beyond the limit the oldest is dropped. */
  addLink(link: SpanLink): void {
    this.#links ??= [];
    this.#droppedLinksCount += this.#push(this.#links, link, this.#limits.maxLinks);
  }

  /** The attributes of an event or a link: those beyond the limit are dropped and counted. */
  capture(
    attributes: Readonly<Record<string, unknown>> | undefined,
  ): Pick<SpanEvent, "attributes" | "droppedAttributesCount"> {
    if (!attributes) return {};
    const { maxAttributes, maxValueCharacters } = this.#limits;
    const captured: Record<string, Value> = {};
    let count = 0;
    for (const [key, value] of Object.entries(attributes)) {
      const attribute = captureAttribute(value, maxValueCharacters);
      if (attribute !== undefined && ++count <= maxAttributes) define(captured, escapeKey(key), attribute);
    }
    return {
      attributes: captured,
      ...(count > maxAttributes && { droppedAttributesCount: count - maxAttributes }),
    };
  }

  /** Adds copies of the events and links to a span, and what was dropped. */
  addTo(span: Writable<Span>): void {
    if (this.#events) span.events = [...this.#events];
    if (this.#links) span.links = [...this.#links];
    if (this.#droppedAttributesCount > 0) span.droppedAttributesCount = this.#droppedAttributesCount;
    if (this.#droppedEventsCount > 0) span.droppedEventsCount = this.#droppedEventsCount;
    if (this.#droppedLinksCount > 0) span.droppedLinksCount = this.#droppedLinksCount;
  }

  #own(key: string): Value | undefined {
    return Object.hasOwn(this.#attributes, key) ? this.#attributes[key] : undefined;
  }

  #put(key: string, value: Value, before: Value | undefined): void {
    this.#sizeCharacters += charactersOf(value);
    if (before !== undefined) this.#sizeCharacters -= charactersOf(before);
    define(this.#attributes, key, value);
  }

  /** Gives how many it let go: beyond the limit the oldest. */
  #push<Item extends SpanEvent | SpanLink>(items: Item[], item: Item, limit: number): number {
    items.push(item);
    this.#sizeCharacters += charactersOf(item.attributes);
    if (items.length <= limit) return 0;
    this.#sizeCharacters -= charactersOf(items.shift()?.attributes);
    return 1;
  }
}

/** With the keys as the user gave them. */
export function unescaped(attributes: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(attributes).map(([key, value]) => [unescapeKey(key), value]));
}

function charactersOf(value: Value | undefined): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 8;
  let characters = 0;
  for (const [key, item] of Object.entries(value)) {
    characters += key.length + charactersOf(item as Value);
  }
  return characters;
}

// "__proto__" is a key like any other; assigning it would set the prototype.
function define(target: Record<string, Value>, key: string, value: Value): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  } else target[key] = value;
}
