/**
 * The platform's functions that give promises, put in such a form that these are carried. Only what is called while
 * something is active is touched, and only while a span is open do they differ from the platform's own at all. Everybody
 * on the page shares one set.
 */
import { showsPlatform } from "./awaiting.js";
import { carry, isCarried, watchedConstructor } from "./carried-promise.js";
import { currentScope } from "./scope.js";

type PlatformFunction = (this: unknown, ...args: unknown[]) => unknown;

interface Replaced {
  readonly target: object;
  readonly key: string;
  readonly original: PropertyDescriptor;
  readonly replacement: PropertyDescriptor;
}

const holders = new Set<object>();
let replaced: Replaced[] = [];
/** What a replacement stood for. Somebody who replaced it may put it back when it is out of use. */
const outOfUse = new WeakMap<object, PropertyDescriptor>();

/** Carries what the platform's functions give as long as anybody holds them. */
export function holdPlatform(holder: object, isHeld: boolean): void {
  if (isHeld) holders.add(holder);
  else holders.delete(holder);
  const isOn = replaced.length > 0;
  if (holders.size > 0 && !isOn) {
    replaced = findFunctions().flatMap(([target, keys]) => keys.flatMap((key) => replace(target, key)));
    if (!showsPlatform()) replaced.push(...put(Promise.prototype, "constructor", () => watchedConstructor));
  }
  if (holders.size === 0 && isOn) {
    replaced.forEach(restore);
    replaced = [];
  }
}

/** The objects that have them, and their names. */
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

/** What `for await` over a ReadableStream asks, where the platform has that. */
function maybeStreamIterator(): object | undefined {
  const { ReadableStream } = globalThis as Partial<typeof globalThis>;
  const stream = ReadableStream && new ReadableStream();
  return stream?.values ? (Object.getPrototypeOf(stream.values()) as object) : undefined;
}

function replace(target: object | undefined, key: string): Replaced[] {
  return put(target, key, ({ value, ...others }) =>
    typeof value === "function" ? { ...others, value: carrying(value as PlatformFunction) } : undefined,
  );
}

/** Puts a property in the place of another, if there is one that can be put back. */
function put(
  target: object | undefined,
  key: string,
  create: (original: PropertyDescriptor) => PropertyDescriptor | undefined,
): Replaced[] {
  let original = target && Object.getOwnPropertyDescriptor(target, key);
  while (original && outOfUse.has(original.value as object)) {
    original = outOfUse.get(original.value as object);
  }
  const replacement = original?.configurable ? create(original) : undefined;
  if (!target || !original || !replacement) return [];
  Object.defineProperty(target, key, replacement);
  return [{ target, key, original, replacement }];
}

function restore({ target, key, original, replacement }: Replaced): void {
  if (replacement.value) outOfUse.set(replacement.value as object, original);
  // What somebody else has put over it stays, and calls a function that does nothing more.
  const { value, get } = Object.getOwnPropertyDescriptor(target, key) ?? {};
  if (value === replacement.value && get === replacement.get) Object.defineProperty(target, key, original);
}

/** A proxy, so that all else of the function stays its own. */
function carrying(original: PlatformFunction): PlatformFunction {
  const isPromiseResolve = original.name === "resolve";
  const replacement: PlatformFunction = new Proxy(original, {
    apply(target, self: unknown, args: unknown[]) {
      if (outOfUse.has(replacement)) return Reflect.apply(target, self, args) as unknown;
      const [value] = args;
      if (isPromiseResolve && self === Promise && isCarried(value)) return value;
      const result = Reflect.apply(target, self, args) as unknown;
      return currentScope() && result !== value ? carry(result) : result;
    },
  });
  return replacement;
}
