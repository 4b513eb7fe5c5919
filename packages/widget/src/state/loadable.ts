/** Something that is read from the source. While it is loading, `value` is what was known before. */
export type Loadable<Value> =
  | { readonly status: "loading"; readonly value?: Value }
  | { readonly status: "ready"; readonly value: Value }
  | { readonly status: "failed"; readonly error: Error };

/** What a reading came to. */
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
