/** Something that is read from the source. While it is loading, `value` is the previous one. */
export type Loadable<Value> =
  | { readonly status: "loading"; readonly value?: Value }
  | { readonly status: "ready"; readonly value: Value }
  | { readonly status: "failed"; readonly error: Error };

/** The outcome of a read. */
export async function settle<Value>(read: () => Promise<Value>): Promise<Loadable<Value>> {
  try {
    return { status: "ready", value: await read() };
  } catch (error) {
    return { status: "failed", error: toError(error) };
  }
}

export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
