import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

export interface ShownTools {
  readonly areToolsShown: boolean;
  /** Of the search, which is one of the tools. */
  readonly field: RefObject<HTMLInputElement | null>;
  toggle(): void;
  /** Shows them, with the focus in the search. */
  search(): void;
}

/** Whether the tools above the spans are shown: where they have room, until the reader chooses. */
export function useTools(haveRoom: boolean): ShownTools {
  const [choice, setChoice] = useState<boolean | undefined>(undefined);
  const field = useRef<HTMLInputElement>(null);
  const areToolsShown = choice ?? haveRoom;

  // The search was asked for by a key while it was not there.
  const isSearchWanted = useRef(false);
  useLayoutEffect(() => {
    if (!isSearchWanted.current) return;
    isSearchWanted.current = false;
    field.current?.focus();
  }, [choice]);

  return {
    areToolsShown,
    field,
    toggle: () => setChoice(!areToolsShown),
    search() {
      isSearchWanted.current = !areToolsShown;
      setChoice(true);
      field.current?.focus();
    },
  };
}
