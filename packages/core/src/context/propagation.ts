/**
 * A trace's context on its way to another thread, page or process: the `traceparent` and `tracestate` of W3C Trace
 * Context. Our own member of `tracestate` carries the sender's time, so that the receiver's clock is never behind it.
 *
 * Source: https://www.w3.org/TR/trace-context/ (level 2)
 */

/** A span of another recorder, thread or process, to be used as a parent. */
export interface RemoteContext {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  /** W3C's trace flags; bit 0 says that the trace is sampled, that is, recorded. Default 1. */
  readonly traceFlags?: number | undefined;
  /** W3C's `tracestate`: the entries of other vendors, as text. */
  readonly traceState?: string | undefined;
  /** False if the span is in the same store though another API records it; default true. */
  readonly isElsewhere?: boolean | undefined;
  /** The sender's clock when it sent this: nanoseconds since the Unix epoch, as decimal text. */
  readonly sentAtUnixNano?: string | undefined;
}

/**
 * The headers of W3C Trace Context, as plain data that can be sent anywhere. A type and not an interface, because `fetch` takes
 * no interface as headers.
 */
export type TraceHeaders = {
  readonly traceparent?: string;
  readonly tracestate?: string;
};

/** What carries a context: a plain object, such as a message or a request's headers, or a `Headers`. */
export type Carrier = TraceHeaders | Readonly<Record<string, unknown>> | HeadersLike;

/** The part of `Headers`, or of a `Map`, that is used. */
export interface HeadersLike {
  /** By name, whatever its case. */
  get(name: string): string | null | undefined;
  /** Replaces an earlier value. */
  set(name: string, value: string): unknown;
}

const ownMember = "spanbook";
const maxMembers = 32;

/** Whether the sender records the trace. */
export function isSampled({ traceFlags = 1 }: RemoteContext): boolean {
  return (traceFlags & 1) === 1;
}

/**
 * The context in a carrier, or undefined if there is none or it is invalid. Header names are case-insensitive. An
 * invalid `tracestate` is left out.
 */
export function readCarrier(carrier: Carrier): RemoteContext | undefined {
  const traceparent = readHeader(carrier, "traceparent");
  return typeof traceparent === "string"
    ? parseTraceparent(traceparent, readHeader(carrier, "tracestate"))
    : undefined;
}

/** The same from the text of the two headers. */
export function parseTraceparent(traceparent: string, tracestate?: unknown): RemoteContext | undefined {
  const match = /^\s*([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?\s*$/.exec(traceparent);
  if (!match) return undefined;
  const [, version, traceId = "", spanId = "", flags = "", rest] = match;
  // Later versions may add fields; version 00 has no more.
  if (version === "ff" || (version === "00" && rest !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: parseInt(flags, 16), ...parseTracestate(tracestate) };
}

/** Writes a context into a carrier and returns the carrier. */
export function writeCarrier<Target extends object>(
  context: RemoteContext,
  carrier: Target,
): Target & { readonly traceparent: string } {
  const { traceId, spanId, traceFlags = 1 } = context;
  const flags = traceFlags.toString(16).padStart(2, "0").slice(-2);
  writeHeader(carrier, "traceparent", `00-${traceId}-${spanId}-${flags}`);
  const tracestate = formatTracestate(context);
  if (tracestate !== undefined) writeHeader(carrier, "tracestate", tracestate);
  return carrier as Target & { readonly traceparent: string };
}

function parseTracestate(text: unknown): Pick<RemoteContext, "traceState" | "sentAtUnixNano"> {
  const texts = (Array.isArray(text) ? text : [text]).filter((one) => typeof one === "string");
  const members = texts
    .join(",")
    .split(",")
    .map((member) => member.trim())
    .filter((member) => member !== "");
  const isValid = members.length <= maxMembers && members.every(isMember);
  if (!isValid) return {};
  const own = members.find(isOwn)?.slice(ownMember.length + 1);
  const others = members.filter((member) => !isOwn(member)).join(",");
  return {
    ...(others !== "" && { traceState: others }),
    ...(own !== undefined && /^\d{1,20}$/.test(own) && { sentAtUnixNano: own }),
  };
}

function formatTracestate({ traceState = "", sentAtUnixNano }: RemoteContext): string | undefined {
  const others = traceState.split(",").filter((member) => member !== "" && !isOwn(member));
  const own = sentAtUnixNano === undefined ? [] : [`${ownMember}=${sentAtUnixNano}`];
  // The latest writer comes first, and the oldest member is dropped.
  return [...own, ...others].slice(0, maxMembers).join(",") || undefined;
}

function isOwn(member: string): boolean {
  return member.startsWith(`${ownMember}=`);
}

function isMember(member: string): boolean {
  return /^[a-z0-9][a-z0-9_\-*/@]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/.test(
    member,
  );
}

function readHeader(carrier: Carrier, name: string): unknown {
  if (isHeaders(carrier)) return carrier.get(name);
  const key = Object.keys(carrier).find((candidate) => candidate.toLowerCase() === name);
  return key === undefined ? undefined : (carrier as Readonly<Record<string, unknown>>)[key];
}

function writeHeader(carrier: object, name: string, value: string): void {
  if (isHeaders(carrier)) carrier.set(name, value);
  else (carrier as Record<string, string>)[name] = value;
}

function isHeaders(carrier: object): carrier is HeadersLike {
  const { get, set } = carrier as Partial<HeadersLike>;
  return typeof get === "function" && typeof set === "function";
}
