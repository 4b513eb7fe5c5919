/**
 * Replaces platform functions that return promises with ones that return carried promises. The replacements are in
 * place only while a span is open, and affect only calls made while something is active. The whole page shares one set.
 */
import { showsPlatform } from "./awaiting.js";
import { carry, isCarried, watchedConstructor } from "./carried-promise.js";
import { PlainPromise } from "./plain-promise.js";
import { currentScope } from "./scope.js";

type PlatformFunction = (this: unknown, ...args: unknown[]) => unknown;

interface Replaced {
  readonly target: object;
  readonly key: string;
  readonly original: PropertyDescriptor;
  readonly replacement: PropertyDescriptor;
}

const holders = new Set<object>();
let isOn = false;
/** Kept between uses, because making them costs more than recording a short trace. */
let replaced: Replaced[] = [];
let replacedConstructor: Replaced[] = [];
let functions: readonly (readonly [target: object, key: string])[] | undefined;
/** What each replacement stands for. Somebody who wrapped one may put it back after we have removed it. */
const originals = new WeakMap<object, PropertyDescriptor>();

/** Makes the platform's functions return carried promises as long as anybody holds them. */
export function holdPlatform(holder: object, isHeld: boolean): void {
  if (isHeld) holders.add(holder);
  else holders.delete(holder);
  if (holders.size > 0 === isOn) return;
  isOn = !isOn;
  if (!isOn) return [...replaced, ...replacedConstructor].forEach(restore);
  functions ??= findFunctions().flatMap(([target, keys]) =>
    target ? keys.map((key) => [target, key] as const) : [],
  );
  if (replaced.length > 0 && replaced.every(isOriginal)) replaced.forEach(assignReplacement);
  else replaced = functions.flatMap(([target, key]) => replace(target, key));
  replacedConstructor = showsPlatform()
    ? []
    : put(PlainPromise.prototype, "constructor", () => watchedConstructor);
}

/** The functions to replace: the objects that have them, and their names. */
function findFunctions(): [target: object | undefined, keys: string[]][] {
  const { Response, ReadableStreamDefaultReader, ReadableStreamBYOBReader } = globalThis as Partial<
    typeof globalThis
  >;
  const generator = Object.getPrototypeOf(async function* () {}) as { prototype: object };
  return [
    [Promise, ["all", "allSettled", "any", "race", "resolve"]],
    [globalThis, ["fetch"]],
    [Response?.prototype, ["arrayBuffer", "blob", "bytes", "formData", "json", "text"]],
    [ReadableStreamDefaultReader?.prototype, ["read"]],
    [ReadableStreamBYOBReader?.prototype, ["read"]],
    [maybeStreamIterator(), ["next", "return"]],
    [generator.prototype, ["next", "return", "throw"]],
  ];
}

/** The prototype of the iterator that `for await` over a ReadableStream uses, if the platform has one. */
function maybeStreamIterator(): object | undefined {
  const { ReadableStream } = globalThis as Partial<typeof globalThis>;
  const stream = ReadableStream && new ReadableStream();
  return stream?.values ? (Object.getPrototypeOf(stream.values()) as object) : undefined;
}

function replace(target: object, key: string): Replaced[] {
  return put(target, key, ({ value, ...others }) =>
    typeof value === "function" ? { ...others, value: carrying(value as PlatformFunction) } : undefined,
  );
}

/** Replaces a property, if there is one and it can be restored. */
function put(
  target: object,
  key: string,
  create: (original: PropertyDescriptor) => PropertyDescriptor | undefined,
): Replaced[] {
  let original = Object.getOwnPropertyDescriptor(target, key);
  while (original && originals.has(original.value as object)) {
    original = originals.get(original.value as object);
  }
  const replacement = original?.configurable ? create(original) : undefined;
  if (!original || !replacement) return [];
  Object.defineProperty(target, key, replacement);
  if (replacement.value) originals.set(replacement.value as object, original);
  return [{ target, key, original, replacement }];
}

function restore({ target, key, original, replacement }: Replaced): void {
  // If somebody else has wrapped it, their wrapper stays, and calls a replacement that no longer does anything.
  if (replacement.value) {
    if (Reflect.get(target, key) === replacement.value) Reflect.set(target, key, original.value);
  } else if (Object.getOwnPropertyDescriptor(target, key)?.get === replacement.get) {
    Object.defineProperty(target, key, original);
  }
}

/** Whether the function that we replaced is back in place. */
function isOriginal({ target, key, original }: Replaced): boolean {
  return Reflect.get(target, key) === original.value;
}

/** Has the same effect as defining the property again, but is faster. */
function assignReplacement({ target, key, replacement }: Replaced): void {
  Reflect.set(target, key, replacement.value);
}

/** A proxy, so that everything else about the function stays as it is. */
function carrying(original: PlatformFunction): PlatformFunction {
  const isPromiseResolve = original.name === "resolve";
  const replacement: PlatformFunction = new Proxy(original, {
    apply(target, self: unknown, args: unknown[]) {
      if (!isOn) return Reflect.apply(target, self, args) as unknown;
      const [value] = args;
      if (isPromiseResolve && self === Promise && isCarried(value)) return value;
      const result = Reflect.apply(target, self, args) as unknown;
      return currentScope() && result !== value ? carry(result) : result;
    },
  });
  return replacement;
}
