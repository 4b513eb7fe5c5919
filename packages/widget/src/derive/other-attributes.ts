import { MlflowKey, type Span } from "@spanbook/core/model";

/** The attributes except inputs and outputs, which are shown separately. */
export function toOtherAttributes({ attributes }: Span): Span["attributes"] {
  const shown: readonly string[] = [MlflowKey.inputs, MlflowKey.outputs];
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => !shown.includes(key)));
}
