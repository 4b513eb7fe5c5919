import type { TokenUsage } from "@spanbook/core/model";
import type { TimeSpan } from "./time-span.js";

/** A number and its unit separately, so that a column can align them. */
export interface Quantity {
  readonly number: string;
  readonly unit: string;
}

// Created once, because creating one costs more than formatting thousands of numbers.
const exactNumber = new Intl.NumberFormat("en-US", { maximumFractionDigits: 6 });
const wholeNumber = new Intl.NumberFormat("en-US");

const smallUnits = [
  { unit: "ns", ms: 1e-6 },
  { unit: "µs", ms: 1e-3 },
  { unit: "ms", ms: 1 },
  { unit: "s", ms: 1000 },
] as const;

/**
 * A duration to three digits: 12 ns, 3.40 µs, 120 ms, 1.25 s, 1:05 min, 2:30 h. Negative ones, as when clocks differ, have a
 * sign.
 */
export function toDuration(ms: number): Quantity {
  if (ms < 0) {
    const { number, unit } = toDuration(-ms);
    return { number: `-${number}`, unit };
  }
  if (ms === 0) return { number: "0", unit: "ms" };
  for (const { unit, ms: unitMs } of smallUnits) {
    const text = unit === "ns" ? String(Math.round(ms / unitMs)) : toThreeDigits(ms / unitMs);
    if (Number(text) < (unit === "s" ? 60 : 1000)) return { number: text, unit };
  }
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return { number: toClock(seconds), unit: "min" };
  return { number: toClock(Math.round(seconds / 60)), unit: "h" };
}

export function formatDuration(ms: number): string {
  const { number, unit } = toDuration(ms);
  return `${number} ${unit}`;
}

/** A round duration, without the zeros that show a measurement's precision: 1.5 s, 200 ms. */
export function formatRoundDuration(ms: number): string {
  return formatDuration(ms)
    .replace(/(\.\d*?)0+ /, "$1 ")
    .replace(". ", " ");
}

/** A duration to the nanosecond, for details: 1,234.567891 ms. */
export function formatExactDuration(ms: number): string {
  return `${exactNumber.format(ms)} ms`;
}

/** A whole number with thousands separators. */
export function formatCount(count: number): string {
  return wholeNumber.format(count);
}

/** A count in short: 950, 12.3k, 4.56M. */
export function formatShortCount(count: number): string {
  if (count < 10_000) return formatCount(count);
  const [divisor, suffix] = count < 999_500 ? [1e3, "k"] : [1e6, "M"];
  return `${toThreeDigits(count / divisor)}${suffix}`;
}

/** "QuotaExceededError: the disk is full". */
export function formatError({ name, message }: Error): string {
  return `${name}: ${message}`;
}

/** "1 span", "2 spans". */
export function formatPlural(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

/** "1,200 in, 34 out": tokens. */
export function formatUsage({ inputTokens, outputTokens }: TokenUsage): string {
  return `${formatCount(inputTokens)} in, ${formatCount(outputTokens)} out`;
}

/** US dollars, with enough digits to tell a small cost from zero. */
export function formatCost(dollars: number): string {
  if (dollars === 0) return "$0";
  if (dollars < 0.01) return `$${dollars.toPrecision(2)}`;
  return `$${dollars.toFixed(dollars < 1 ? 3 : 2)}`;
}

/** The length of a text as a file size; a character counts as a byte. */
export function formatSize(sizeBytes: number): string {
  if (sizeBytes < 1000) return `${sizeBytes} B`;
  return sizeBytes < 999_500
    ? `${toThreeDigits(sizeBytes / 1e3)} kB`
    : `${toThreeDigits(sizeBytes / 1e6)} MB`;
}

/** A time of day in the user's zone, with the date unless it is today's: 14:03:20, 3 Nov 14:03, 3 Nov 2025. */
export function formatTime(unixMs: number, nowMs: number, timeZone?: string): string {
  const isSame = (fields: Intl.DateTimeFormatOptions) =>
    format(unixMs, fields, timeZone) === format(nowMs, fields, timeZone);
  if (isSame(wholeDate)) return format(unixMs, time, timeZone);
  return isSame(year)
    ? format(unixMs, dayAndMinute, timeZone).replace(",", "")
    : format(unixMs, wholeDate, timeZone);
}

/** A time to the nanosecond, UTC: 2026-11-21T10:20:00.123456789Z. */
export function formatExactTime(unixNano: string): string {
  const padded = unixNano.padStart(10, "0");
  const date = new Date(Number(padded.slice(0, -9)) * 1000);
  if (Number.isNaN(date.getTime())) return `${unixNano} ns`;
  return date.toISOString().replace(".000Z", `.${padded.slice(-9)}Z`);
}

/** A time of day in the user's zone: 14:03, or 14:03:20. */
export function formatClock(unixMs: number, hasSeconds: boolean, timeZone?: string): string {
  return format(unixMs, hasSeconds ? time : toTheMinute, timeZone);
}

/** A day in the user's zone: 3 Nov. */
export function formatDate(unixMs: number, timeZone?: string): string {
  return format(unixMs, day, timeZone);
}

/** A time span in the user's zone, as short as the dates allow: 14:03:20 – 14:05:00. */
export function formatTimeSpan({ fromMs, toMs }: TimeSpan, timeZone?: string): string {
  return `${formatTime(fromMs, toMs, timeZone)} – ${formatTime(toMs, fromMs, timeZone)}`;
}

const time = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;
const toTheMinute = { hour: "2-digit", minute: "2-digit" } as const;
const year = { year: "numeric" } as const;
const day = { day: "numeric", month: "short" } as const;
const wholeDate = { ...day, ...year } as const;
const dayAndMinute = { ...day, ...toTheMinute } as const;

function format(unixMs: number, fields: Intl.DateTimeFormatOptions, timeZone: string | undefined): string {
  const date = new Date(unixMs);
  return Number.isNaN(date.getTime()) ? "—" : toFormatter(fields, timeZone).format(date);
}

/** Made once: to make one takes fifty times as long as to use it, and a list uses four a row. */
/** By the fields, which are a few constants, and the time zone: creating one takes a hundred times as long as using it. */
const formatters = new Map<Intl.DateTimeFormatOptions, Map<string | undefined, Intl.DateTimeFormat>>();

function toFormatter(fields: Intl.DateTimeFormatOptions, timeZone: string | undefined): Intl.DateTimeFormat {
  const ofFields = formatters.get(fields) ?? new Map<string | undefined, Intl.DateTimeFormat>();
  formatters.set(fields, ofFields);
  const known = ofFields.get(timeZone);
  if (known) return known;
  const zone = timeZone === undefined ? fields : { ...fields, timeZone };
  const hours = fields.hour === undefined ? zone : { ...zone, hourCycle: "h23" as const };
  const formatter = new Intl.DateTimeFormat("en-GB", hours);
  ofFields.set(timeZone, formatter);
  return formatter;
}

function toThreeDigits(value: number): string {
  return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

function toClock(count: number): string {
  return `${Math.floor(count / 60)}:${String(count % 60).padStart(2, "0")}`;
}
