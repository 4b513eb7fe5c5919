/**
 * OTLP's protobuf encoding: converts between bytes and the same document as OTLP JSON, with ids as hex and 64-bit
 * integers as decimal strings. The library does the wire format; the schema is small and will not change, so it is a
 * table.
 *
 * Source: opentelemetry-proto 1.9: trace/v1/trace.proto, common/v1/common.proto, resource/v1/resource.proto,
 * collector/trace/v1/trace_service.proto; google/rpc/status.proto
 */
import { base64Decode, base64Encode, BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { isRecord } from "../model/objects.js";
import { toDoubleJson } from "../model/values.js";

type Scalar = keyof typeof scalars;
/** A field's number, and what it holds: a scalar or a message, or a list of either. */
type Field = readonly [number: number, type: string];
type Message = Readonly<Record<string, Field>>;
type Fields = Record<string, unknown>;

const messages: Readonly<Record<string, Message>> = {
  TracesData: { resourceSpans: [1, "ResourceSpans[]"] },
  ResourceSpans: { resource: [1, "Resource"], scopeSpans: [2, "ScopeSpans[]"], schemaUrl: [3, "string"] },
  ScopeSpans: { scope: [1, "Scope"], spans: [2, "Span[]"], schemaUrl: [3, "string"] },
  Span: {
    traceId: [1, "id"],
    spanId: [2, "id"],
    traceState: [3, "string"],
    parentSpanId: [4, "id"],
    name: [5, "string"],
    kind: [6, "enum"],
    startTimeUnixNano: [7, "fixed64"],
    endTimeUnixNano: [8, "fixed64"],
    attributes: [9, "KeyValue[]"],
    droppedAttributesCount: [10, "uint32"],
    events: [11, "Event[]"],
    droppedEventsCount: [12, "uint32"],
    links: [13, "Link[]"],
    droppedLinksCount: [14, "uint32"],
    status: [15, "Status"],
    flags: [16, "fixed32"],
  },
  Event: {
    timeUnixNano: [1, "fixed64"],
    name: [2, "string"],
    attributes: [3, "KeyValue[]"],
    droppedAttributesCount: [4, "uint32"],
  },
  Link: {
    traceId: [1, "id"],
    spanId: [2, "id"],
    traceState: [3, "string"],
    attributes: [4, "KeyValue[]"],
    droppedAttributesCount: [5, "uint32"],
    flags: [6, "fixed32"],
  },
  Status: { message: [2, "string"], code: [3, "enum"] },
  Resource: {
    attributes: [1, "KeyValue[]"],
    droppedAttributesCount: [2, "uint32"],
    entityRefs: [3, "EntityRef[]"],
  },
  EntityRef: {
    schemaUrl: [1, "string"],
    type: [2, "string"],
    idKeys: [3, "string[]"],
    descriptionKeys: [4, "string[]"],
  },
  Scope: {
    name: [1, "string"],
    version: [2, "string"],
    attributes: [3, "KeyValue[]"],
    droppedAttributesCount: [4, "uint32"],
  },
  KeyValue: { key: [1, "string"], value: [2, "AnyValue"] },
  AnyValue: {
    stringValue: [1, "string"],
    boolValue: [2, "bool"],
    intValue: [3, "int64"],
    doubleValue: [4, "double"],
    arrayValue: [5, "ArrayValue"],
    kvlistValue: [6, "KeyValueList"],
    bytesValue: [7, "bytes"],
  },
  ArrayValue: { values: [1, "AnyValue[]"] },
  KeyValueList: { values: [1, "KeyValue[]"] },
  Response: { partialSuccess: [1, "PartialSuccess"] },
  PartialSuccess: { rejectedSpans: [1, "int64"], errorMessage: [2, "string"] },
  Failure: { code: [1, "uint32"], message: [2, "string"] },
};

interface ScalarCodec {
  readonly wireType: WireType;
  /** Whether protobuf leaves the value out; not in AnyValue, where its field says which kind it is. */
  readonly isDefault: (value: unknown) => boolean;
  readonly write: (writer: BinaryWriter, value: unknown) => void;
  readonly read: (reader: BinaryReader) => unknown;
}

const isZero = (value: unknown) => Number(value) === 0 && !Object.is(Number(value), -0);
const isEmpty = (value: unknown) => value === "";

const scalars = {
  string: {
    wireType: WireType.LengthDelimited,
    isDefault: isEmpty,
    write: (writer, value) => writer.string(value as string),
    read: (reader) => reader.string(),
  },
  id: {
    wireType: WireType.LengthDelimited,
    isDefault: isEmpty,
    write: (writer, value) => writer.bytes(fromHex(value as string)),
    read: (reader) => toHex(reader.bytes()),
  },
  bytes: {
    wireType: WireType.LengthDelimited,
    isDefault: isEmpty,
    write: (writer, value) => writer.bytes(base64Decode(value as string)),
    read: (reader) => base64Encode(reader.bytes()),
  },
  bool: {
    wireType: WireType.Varint,
    isDefault: (value) => value === false,
    write: (writer, value) => writer.bool(value as boolean),
    read: (reader) => reader.bool(),
  },
  enum: {
    wireType: WireType.Varint,
    isDefault: isZero,
    write: (writer, value) => writer.int32(value as number),
    read: (reader) => reader.int32(),
  },
  uint32: {
    wireType: WireType.Varint,
    isDefault: isZero,
    write: (writer, value) => writer.uint32(value as number),
    read: (reader) => reader.uint32(),
  },
  int64: {
    wireType: WireType.Varint,
    isDefault: isZero,
    write: (writer, value) => writer.int64(value as string),
    read: (reader) => String(reader.int64()),
  },
  fixed32: {
    wireType: WireType.Bit32,
    isDefault: isZero,
    write: (writer, value) => writer.fixed32(value as number),
    read: (reader) => reader.fixed32(),
  },
  fixed64: {
    wireType: WireType.Bit64,
    isDefault: isZero,
    write: (writer, value) => writer.fixed64(value as string),
    read: (reader) => String(reader.fixed64()),
  },
  double: {
    wireType: WireType.Bit64,
    isDefault: isZero,
    write: (writer, value) => writer.double(Number(value)),
    read: (reader) => toDoubleJson(reader.double()),
  },
} satisfies Record<string, ScalarCodec>;

/** Encodes an OTLP JSON document, as `toResourceSpans` makes it, as protobuf. */
export function encodeOtlpProtobuf(document: {
  readonly resourceSpans: readonly object[];
}): Uint8Array<ArrayBuffer> {
  return encode("TracesData", document);
}

/**
 * Decodes the protobuf bytes of a TracesData or an ExportTraceServiceRequest into an OTLP JSON document, which `importOtlp`
 * takes as JSON text. Unknown fields are skipped. Throws TypeError for bytes that are not such a message.
 */
export function decodeOtlpProtobuf(bytes: Uint8Array): { readonly resourceSpans: readonly object[] } {
  const { resourceSpans = [] } = decode("TracesData", bytes) as { resourceSpans?: object[] };
  return { resourceSpans };
}

/** A server's answer to a request that it accepted, as protobuf; the fields are those of {@link decodeOtlpResponse}. */
export function encodeOtlpResponse(response: {
  readonly partialSuccess?: { readonly rejectedSpans: string; readonly errorMessage: string };
}): Uint8Array<ArrayBuffer> {
  return encode("Response", response);
}

/** A server's answer to a request that it did not accept, as protobuf: google.rpc.Status. */
export function encodeOtlpFailure(failure: {
  readonly code: number;
  readonly message: string;
}): Uint8Array<ArrayBuffer> {
  return encode("Failure", failure);
}

/**
 * A server's answer to a request that it accepted, `{ partialSuccess: { rejectedSpans, errorMessage } }`; throws as the others.
 */
export function decodeOtlpResponse(bytes: Uint8Array): Fields {
  return decode("Response", bytes);
}

/** A server's answer to a request that it did not accept, `{ code, message }`; throws as the others. */
export function decodeOtlpFailure(bytes: Uint8Array): Fields {
  return decode("Failure", bytes);
}

function encode(type: string, fields: object): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  writeMessage(writer, type, { ...fields });
  return writer.finish();
}

function decode(type: string, bytes: Uint8Array): Fields {
  try {
    return readMessage(new BinaryReader(bytes), bytes.length, type, {}, 0);
  } catch (error) {
    throw new TypeError(`not OTLP protobuf: ${(error as Error).message}`, { cause: error });
  }
}

function writeMessage(writer: BinaryWriter, type: string, fields: Fields): void {
  const isChoice = type === "AnyValue";
  for (const [name, [number, fieldType]] of Object.entries(messages[type] ?? {})) {
    const value = fields[name];
    if (value === undefined || value === null) continue;
    if (fieldType.endsWith("[]")) {
      const itemType = fieldType.slice(0, -2);
      for (const item of value as unknown[]) writeField(writer, number, itemType, item, true);
    } else {
      writeField(writer, number, fieldType, value, isChoice);
    }
  }
}

function writeField(
  writer: BinaryWriter,
  number: number,
  type: string,
  value: unknown,
  isKept: boolean,
): void {
  const scalar = maybeScalar(type);
  if (!scalar) {
    writer.tag(number, WireType.LengthDelimited).fork();
    writeMessage(writer, type, value as Fields);
    writer.join();
  } else if (isKept || !scalar.isDefault(value)) {
    scalar.write(writer.tag(number, scalar.wireType), value);
  }
}

/** A value of 200 levels has three messages per level; deeper ones are read as empty, and the importer refuses the span. */
const maxDepth = 700;

function readMessage(reader: BinaryReader, end: number, type: string, into: Fields, depth: number): Fields {
  if (end > reader.len) throw new RangeError("the bytes end too early");
  while (reader.pos < end) {
    const [number, wireType] = reader.tag();
    const [name, fieldType] = fieldsByNumber(type).get(number) ?? [];
    const scalar = fieldType === undefined ? undefined : maybeScalar(itemTypeOf(fieldType));
    const isKnown = fieldType !== undefined && wireType === (scalar?.wireType ?? WireType.LengthDelimited);
    if (name === undefined || !isKnown || depth > maxDepth) {
      reader.skip(wireType, number);
      continue;
    }
    const isList = fieldType.endsWith("[]");
    // The parts of a split message are merged.
    const earlier = into[name];
    const target = isList || !isRecord(earlier) ? {} : (earlier as Fields);
    const value = scalar ? scalar.read(reader) : readInner(reader, itemTypeOf(fieldType), target, depth + 1);
    if (isList) ((into[name] ??= []) as unknown[]).push(value);
    else into[name] = value;
  }
  if (reader.pos !== end) throw new RangeError("a field reaches beyond its message");
  return into;
}

function readInner(reader: BinaryReader, type: string, into: Fields, depth: number): Fields {
  const length = reader.uint32();
  return readMessage(reader, reader.pos + length, type, into, depth);
}

const numbered = Object.fromEntries(
  Object.entries(messages).map(([type, fields]) => [
    type,
    new Map(
      Object.entries(fields).map(([name, [number, fieldType]]) => [number, [name, fieldType] as const]),
    ),
  ]),
);

function fieldsByNumber(type: string): ReadonlyMap<number, readonly [name: string, type: string]> {
  return numbered[type] ?? new Map();
}

function itemTypeOf(type: string): string {
  return type.replace("[]", "");
}

function maybeScalar(type: string): ScalarCodec | undefined {
  return Object.hasOwn(scalars, type) ? scalars[type as Scalar] : undefined;
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
