import type { TraceStore } from "@spanbook/core/store";
import { mount } from "@spanbook/widget";
import { useLayoutEffect, useRef } from "preact/hooks";

interface ExplorerProps {
  readonly store: TraceStore;
  /** Called when the user has deleted traces in the explorer. */
  readonly onDelete: () => void;
}

/** The explorer over a store. */
export function Explorer({ store, onDelete }: ExplorerProps) {
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!host.current) return undefined;
    return mount(host.current, {
      ...store,
      async delete(selector) {
        const count = await store.delete(selector);
        onDelete();
        return count;
      },
    });
  }, [store]);
  return <div ref={host} class="explorer" />;
}
