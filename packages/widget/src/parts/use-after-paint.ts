import { useEffect, useMemo, useState } from "preact/hooks";

/**
 * A value that takes long to compute: computed at once if there is little to do, or, if there `isMuch`, after the rest has been
 * drawn. Until then it keeps its previous value, at first undefined. It is recomputed when a value in `of` changes.
 */
export function useAfterPaint<Value>(
  toValue: () => Value,
  of: readonly unknown[],
  isMuch: boolean,
): Value | undefined {
  const [late, setLate] = useState<{ readonly value: Value } | undefined>(undefined);
  const early = useMemo(() => (isMuch ? undefined : { value: toValue() }), [isMuch, ...of]);
  useEffect(() => {
    if (!isMuch) return undefined;
    // In a separate task, so that the browser can respond and draw between several of these.
    const timer = setTimeout(() => setLate({ value: toValue() }));
    return () => clearTimeout(timer);
  }, [isMuch, ...of]);
  return (early ?? late)?.value;
}

/** From this many spans on, what is not essential is computed once the trace is on the screen. */
export const manySpans = 5000;
