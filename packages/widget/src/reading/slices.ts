/** A long job in slices, between which the page can draw and respond. */
export interface Slices {
  /** Whether the page has been blocked for too long; to be called often. */
  isOver(): boolean;
  /** Lets the page draw, then begins a slice. Rejects with AbortError when the signal is aborted. */
  pause(signal: AbortSignal): Promise<void>;
}

/** Half a frame: the other half is the browser's. */
const sliceMs = 8;

/** Begins the first slice. `nowMs` returns the time in milliseconds. */
export function createSlices(nowMs = () => performance.now()): Slices {
  let startMs = nowMs();
  return {
    isOver: () => nowMs() - startMs >= sliceMs,
    async pause(signal) {
      await new Promise((resolve) => setTimeout(resolve));
      signal.throwIfAborted();
      startMs = nowMs();
    },
  };
}

/** Reading the clock costs as much as a small item. */
const askedEvery = 8;

/** Processes many items in slices. Rejects with AbortError when the signal is aborted. */
export async function forEachInSlices<Item>(
  items: readonly Item[],
  signal: AbortSignal,
  act: (item: Item) => void,
): Promise<void> {
  const slices = createSlices();
  for (const [index, item] of items.entries()) {
    if (index % askedEvery === 0 && slices.isOver()) await slices.pause(signal);
    act(item);
  }
}
