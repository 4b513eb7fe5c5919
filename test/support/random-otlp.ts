/** Random OTLP documents that use everything the schema allows, in every spelling that its JSON mapping allows. */
import { createRandom, type Random } from "./random.js";

export interface RandomOtlp {
  /** The JSON text. */
  readonly text: string;
  readonly spanCount: number;
}

/** The document of that seed: valid, and each span with an id of its own. */
export function randomOtlp(seed: number): RandomOtlp {
  const random = createRandom(seed);
  let spanCount = 0;

  function maybe<Value>(make: () => Value): Value | undefined {
    return random.chance(0.6) ? make() : undefined;
  }
  function list<Item>(make: () => Item, most = 3): Item[] {
    return Array.from({ length: random.integer(0, most) }, make);
  }
  const text = () =>
    random.pick([
      "",
      "a",
      "größe 😀",
      "\u0000\u2028</script>",
      '"quoted" \\ {[',
      "k=v",
      "1.2.3",
      "x".repeat(300),
    ]);
  const key = (index: number) =>
    random.pick(["", "a", "0", "7", "$int", "$$double", "$missing", "__proto__", "constructor", "ü", "a.b"]) +
    (index || "");
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => random.integer(1, 15).toString(16)).join("");
  const id = (digits: number) => (random.chance(0.2) ? hex(digits).toUpperCase() : hex(digits));
  const count = () => random.pick([0, 1, 7, 4294967295]);
  const time = (): unknown =>
    random.pick(["1", "1700000000000000001", "18446744073709551615", raw("1700000000123456789"), 5]);
  const url = () => random.pick(["", "https://example.org/schema"]);

  function keyValues(depth: number): object[] {
    return Array.from({ length: random.integer(0, 4) }, (_, index) => {
      const value = random.pick([
        () => anyValue(depth),
        () => anyValue(depth),
        () => undefined,
        () => ({}),
      ])();
      return { key: key(index + 1), value };
    });
  }
  function anyValue(depth: number): object {
    const leaf = random.integer(0, depth > 3 ? 4 : 6);
    switch (leaf) {
      case 0:
        return { stringValue: text() };
      case 1:
        return { boolValue: random.chance(0.5) };
      case 2:
        return {
          intValue: random.pick<unknown>([
            ...["0", "-1", "9007199254740993", "9223372036854775807", "-9223372036854775808"],
            ...[0, -7, 9007199254740991, raw("9007199254740993"), raw("-9223372036854775808")],
          ]),
        };
      case 3:
        return {
          doubleValue: random.pick<unknown>([
            ...[
              0,
              3,
              -2.5,
              1e21,
              5e-324,
              1.7976931348623157e308,
              "-0",
              raw("12345678901234567890"),
              raw("1e3"),
            ],
            ...["NaN", "Infinity", "-Infinity", "2.5"],
          ]),
        };
      case 4:
        return { bytesValue: random.pick(["", "AA==", "AP8=", "//79"]) };
      case 5:
        return {
          arrayValue: random.pick([{}, { values: list(() => random.pick([{}, anyValue(depth + 1)])) }]),
        };
      default:
        return { kvlistValue: random.pick([{}, { values: keyValues(depth + 1) }]) };
    }
  }
  const event = () => ({
    timeUnixNano: maybe(time),
    name: maybe(text),
    attributes: maybe(() => keyValues(0)),
    droppedAttributesCount: maybe(count),
  });
  const link = () => ({
    traceId: id(32),
    spanId: id(16),
    traceState: maybe(text),
    attributes: maybe(() => keyValues(0)),
    droppedAttributesCount: maybe(count),
    flags: maybe(count),
  });
  const span = () => {
    spanCount++;
    return {
      traceId: `${id(24)}${spanCount.toString(16).padStart(8, "0")}`,
      spanId: id(16),
      parentSpanId: random.pick([undefined, "", id(16)]),
      traceState: maybe(text),
      flags: maybe(() => random.pick([0, 1, 0x100, 0x301, 4294967295])),
      name: maybe(text),
      kind: maybe(() => random.integer(0, 5)),
      startTimeUnixNano: time(),
      endTimeUnixNano: maybe(time),
      attributes: maybe(() => keyValues(0)),
      droppedAttributesCount: maybe(count),
      events: maybe(() => list(event)),
      droppedEventsCount: maybe(count),
      links: maybe(() => list(link)),
      droppedLinksCount: maybe(count),
      status: maybe(() => ({ code: maybe(() => random.integer(0, 2)), message: maybe(text) })),
    };
  };
  const scopeSpans = () => ({
    scope: maybe(() => ({
      name: maybe(text),
      version: maybe(text),
      attributes: maybe(() => keyValues(0)),
      droppedAttributesCount: maybe(count),
    })),
    schemaUrl: maybe(url),
    spans: maybe(() => list(span)),
  });
  const resourceSpans = () => ({
    resource: maybe(() => ({
      attributes: maybe(() => keyValues(0)),
      droppedAttributesCount: maybe(count),
      entityRefs: maybe(() =>
        list(() => ({
          schemaUrl: maybe(url),
          type: maybe(text),
          idKeys: maybe(() => list(text)),
          descriptionKeys: maybe(() => list(text)),
        })),
      ),
    })),
    schemaUrl: maybe(url),
    scopeSpans: maybe(() => list(scopeSpans)),
  });
  const document = { resourceSpans: list(resourceSpans, 4) };
  const json = JSON.stringify(document, null, random.pick([0, 0, 2]));
  return { text: json.replaceAll(/"raw:([^"]*)"/g, "$1"), spanCount };
}

/** A number that JSON.stringify would change. */
function raw(number: string): string {
  return `raw:${number}`;
}

export type { Random };
