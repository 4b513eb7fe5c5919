import type { Scope } from "../model/span.js";

/** A library that records, as the API and its SDK name it. */
interface InstrumentationScope {
  readonly name: string;
  readonly version?: string | undefined;
  readonly schemaUrl?: string | undefined;
}

/** The same in the form that spans refer to. */
export function toScope({ name, version, schemaUrl }: InstrumentationScope): Scope {
  return { ...(name && { name }), ...(version && { version }), ...(schemaUrl && { schemaUrl }) };
}
