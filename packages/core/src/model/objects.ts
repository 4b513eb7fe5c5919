type OptionalWhereUndefined<Fields> = {
  [Key in keyof Fields as undefined extends Fields[Key] ? never : Key]: Fields[Key];
} & {
  [Key in keyof Fields as undefined extends Fields[Key] ? Key : never]?: Exclude<Fields[Key], undefined>;
};

/** The object without the keys whose value is undefined: in this project, a missing value is always an absent key. */
export function withoutUndefined<Fields extends object>(fields: Fields): OptionalWhereUndefined<Fields> {
  // Copies instead of deleting, because V8 turns an object that loses keys into a slow dictionary.
  const present: Partial<Fields> = {};
  for (const key of Object.keys(fields) as (keyof Fields)[]) {
    if (fields[key] !== undefined) present[key] = fields[key];
  }
  return present as unknown as OptionalWhereUndefined<Fields>;
}

/** Sets an own property: "__proto__" is a key like any other, although assigning to it would set the prototype. */
export function setOwn<Value>(target: Record<string, Value>, key: string, value: Value): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  } else target[key] = value;
}

/** Whether it has fields to look up: an object that is not a list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether it is an object or a function: what can have properties of its own. */
export function isObjectLike(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** Whether it was written as `{ … }` or has no prototype, and so is no instance of a class. */
export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Throws what a getter or a proxy's trap throws. */
export function hasMethod(target: object, name: PropertyKey): boolean {
  return typeof (target as Record<PropertyKey, unknown>)[name] === "function";
}
