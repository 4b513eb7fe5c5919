import { MlflowKey, type Span } from "@spanbook/core/model";

/** Attributes but for inputs and outputs, which are shown read. */
export function toOtherAttributes({ attributes }: Span): Span["attributes"] {
  const shown: readonly string[] = [MlflowKey.inputs, MlflowKey.outputs];
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => !shown.includes(key)));
}
