// How long things take in a page, in milliseconds.

/** Resolves when a change is on the screen. */
export function painted() {
  return new Promise((resolve) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve();
      port2.postMessage(undefined);
    });
  });
}

export async function until(isTrue) {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 0));
}

/** How long something takes until it is on the screen. */
export async function timed(act) {
  const start = performance.now();
  await act();
  await painted();
  return performance.now() - start;
}

/** Frames of scrolling through all of an element in jumps, as by its scroll bar, each from the change to the screen. */
export async function scrollThrough(scroller, frameCount = 60) {
  const frames = [];
  for (let i = 1; i <= frameCount; i++) {
    frames.push(
      await timed(() => {
        scroller.scrollTop = ((scroller.scrollHeight - scroller.clientHeight) * i) / frameCount;
      }),
    );
  }
  return frames;
}

/** How long frames take from now on; the result returns them, and stops watching. */
export function watchFrames() {
  const frames = [];
  let last = performance.now();
  let request = requestAnimationFrame(next);
  function next() {
    const now = performance.now();
    frames.push(now - last);
    last = now;
    request = requestAnimationFrame(next);
  }
  return () => {
    cancelAnimationFrame(request);
    return frames;
  };
}

/** The longest that the screen stood still after an action, until all that it set off is over. */
export async function longestFrame(act) {
  const toFrames = watchFrames();
  act();
  for (let i = 0; i < 20; i++) await new Promise(requestAnimationFrame);
  return Math.max(...toFrames());
}

let toFramesSeen;

/** What is called before and after the wheel is turned from outside the page. */
export const wheelActions = {
  watch() {
    toFramesSeen = watchFrames();
  },
  framesSeen: () => toFramesSeen(),
};
