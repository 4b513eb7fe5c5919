import { isObjectLike } from "../model/objects.js";

/** The prototype of an SDK's class; undefined for anything else, such as a class that its module lacks. */
export function prototypeOf(value: unknown): object | undefined {
  const { prototype } = isObjectLike(value) ? (value as { readonly prototype?: unknown }) : {};
  return isObjectLike(prototype) ? prototype : undefined;
}
