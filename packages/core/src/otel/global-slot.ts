/** What the API keeps in its one slot per process, whichever copy of the API created that. */
export interface GlobalSlot {
  readonly version?: string;
  readonly trace?: unknown;
  readonly context?: unknown;
  readonly propagation?: unknown;
}

/** Undefined while nothing has been registered. Source: @opentelemetry/api, internal/global-utils */
export function globalSlot(): GlobalSlot | undefined {
  return (globalThis as { readonly [key: symbol]: GlobalSlot | undefined })[slotKey];
}

const slotKey = Symbol.for("opentelemetry.js.api.1");
