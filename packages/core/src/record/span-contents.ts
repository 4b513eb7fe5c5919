import { decodeJson } from "../model/dialects/mlflow.js";
import { toTraceId } from "../model/ids.js";
import { setOwn } from "../model/objects.js";
import type { Span, SpanEvent, SpanLink } from "../model/span.js";
import { escapeKey, unescapeKey, type Value } from "../model/values.js";
import { captureAttribute, captureJson } from "./capture.js";
import { checkHexIds } from "./check-hex-ids.js";
import type { SpanLimits } from "./recorder.js";

/** Data while it is being built. */
export type Writable<Data> = { -readonly [Key in keyof Data]: Data[Key] };

/** A span's attributes, events and links, within its limits: what is dropped is counted. */
export class SpanContents {
  readonly #limits: SpanLimits;
  readonly #attributes: Record<string, Value> = {};
  #attributeCount = 0;
  /** What most spans do not have. */
  #others: Others | undefined;

  constructor(limits: SpanLimits) {
    this.#limits = limits;
  }

  /** About how much text there is. */
  get sizeCharacters(): number {
    const items = [...(this.events ?? []), ...(this.links ?? [])];
    return items.reduce(
      (sum, { attributes }) => sum + charactersOf(attributes),
      charactersOf(this.#attributes),
    );
  }

  /** In order; undefined if there is none yet. */
  get events(): readonly SpanEvent[] | undefined {
    return this.#others?.events;
  }

  /** Like {@link events}. */
  get links(): readonly SpanLink[] | undefined {
    return this.#others?.links;
  }

  /**
   * Whether there are only attributes, none was dropped, and those under MLflow's keys are JSON text or have no line
   * breaks.
   */
  get isUsual(): boolean {
    return this.#others === undefined;
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
    if (!isMlflow && this.#own(own) === undefined) {
      if (this.#attributeCount >= maxAttributes) return this.#drop("droppedAttributesCount");
      this.#attributeCount++;
    }
    if (isMlflow && typeof captured === "string" && captured.includes("\n")) this.#others ??= {};
    setOwn(this.#attributes, own, captured);
  }

  /** Each as with {@link setAttribute}. */
  setAttributes(attributes: Readonly<Record<string, unknown>>): void {
    // Unlike Object.keys this makes no list.
    for (const key in attributes) if (Object.hasOwn(attributes, key)) this.setAttribute(key, attributes[key]);
  }

  /** These do not count towards the limit. */
  setJson(key: string, value: unknown): void {
    const { text, cut } = captureJson(value, this.#limits.maxValueCharacters);
    this.#attributes[key] = text;
    if (cut) this.#attributes[`spanbook.cut.${key}`] = JSON.stringify(cut);
  }

  /** Beyond the limit the oldest is dropped. */
  addEvent(event: SpanEvent): void {
    const events = ((this.#others ??= {}).events ??= []);
    if (events.push(event) <= this.#limits.maxEvents) return;
    events.shift();
    this.#drop("droppedEventsCount");
  }

  /**
   * Beyond the limit the oldest is dropped. Throws RangeError for malformed ids, which would make a back end refuse all
   * that is sent with them.
   */
  addLink(link: SpanLink): void {
    const traceId = toTraceId(link.traceId);
    checkHexIds(traceId, link.spanId);
    const links = ((this.#others ??= {}).links ??= []);
    if (links.push({ ...link, traceId }) <= this.#limits.maxLinks) return;
    links.shift();
    this.#drop("droppedLinksCount");
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
      if (attribute !== undefined && ++count <= maxAttributes) setOwn(captured, escapeKey(key), attribute);
    }
    return {
      attributes: captured,
      ...(count > maxAttributes && { droppedAttributesCount: count - maxAttributes }),
    };
  }

  /** Adds copies of the events and links to a span, and the counts of what was dropped. */
  addTo(span: Writable<Span>): void {
    if (!this.#others) return;
    Object.assign(span, this.#others);
    if (span.events) span.events = [...span.events];
    if (span.links) span.links = [...span.links];
  }

  #drop(count: DroppedCount): void {
    const others = (this.#others ??= {});
    others[count] = (others[count] ?? 0) + 1;
  }

  #own(key: string): Value | undefined {
    return Object.hasOwn(this.#attributes, key) ? this.#attributes[key] : undefined;
  }
}

type DroppedCount = "droppedAttributesCount" | "droppedEventsCount" | "droppedLinksCount";

interface Others extends Partial<Record<DroppedCount, number>> {
  events?: SpanEvent[];
  links?: SpanLink[];
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
