import { useLayoutEffect, useState } from "preact/hooks";
import type { StoreApi } from "zustand/vanilla";

/** The state of a store; the component is rendered again when it changes. */
export function useStore<State>(store: StoreApi<State>): State {
  const [state, setState] = useState(store.getState());
  useLayoutEffect(() => {
    setState(store.getState());
    return store.subscribe(setState);
  }, [store]);
  return state;
}
