import { useEffect, useMemo, useState } from "preact/hooks";

/**
 * What takes its time to work out. At once where there is little of it; where there `isMuch`, when the rest has been drawn:
 * until then it is what it was before, at first undefined. It is worked out anew when what it is `of` changes.
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
    // In a task of its own, so that the browser can answer and draw between several of these.
    const timer = setTimeout(() => setLate({ value: toValue() }));
    return () => clearTimeout(timer);
  }, [isMuch, ...of]);
  return (early ?? late)?.value;
}

/** From so many spans on, what a trace can be read without is worked out when it is on the screen. */
export const manySpans = 5000;
