// What a program does under faults, in Node and in a page.

export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The store, but it refuses batches, and stores some of them all the same; acknowledgements come at any time. */
export function refusing(target, random) {
  return new Proxy(target, {
    get(_, key) {
      const value = Reflect.get(target, key);
      if (key !== "write") return typeof value === "function" ? value.bind(target) : value;
      return async (batch) => {
        const error = Object.assign(new Error("no space for now"), { name: "QuotaExceededError" });
        if (random.chance(0.2)) throw error;
        await target.write(batch);
        if (random.chance(0.2)) throw error;
        if (random.chance(0.3)) await pause(random.integer(0, 20));
      };
    },
  });
}

/** A trace of some spans, each named by its number in the ledger, in the order in which they end. */
export function recordTrace(tracing, random, ledger, note) {
  const open = [];
  for (let count = random.integer(1, 12); count > 0 || open.length > 0;) {
    if (count > 0 && (open.length === 0 || random.chance(0.6))) {
      const parent = open.at(-1);
      open.push(
        tracing.startSpan({
          name: "open",
          inputs: "why? ".repeat(random.integer(0, 200)),
          ...(parent && { parent }),
        }),
      );
      count--;
    } else {
      const span = open.pop();
      note({ ending: ledger.ending + 1 });
      span.updateName(`span ${ledger.ending}`);
      span.end();
      note({ ended: ledger.ended + 1 });
    }
  }
}

/** Shuts a recorder down; a store that refuses at times gives in at last, one whose database has another version never does. */
export async function shutDownAtLast(recorder) {
  const failureOf = (ending) => ending.then(() => undefined).catch((failure) => failure);
  for (
    let failure = await failureOf(recorder.shutdown());
    failure;
    failure = await failureOf(recorder.flush())
  ) {
    if (failure.name === "StoreVersionError") throw failure;
  }
}

/** The numbers of the ended spans of all traces, in no particular order. */
export async function storedNumbers(store) {
  const numbers = [];
  let pageToken;
  do {
    const page = await store.search({ includeSpans: true, maxResults: 100, ...(pageToken && { pageToken }) });
    const spans = page.traces.flatMap(({ data }) => data.spans);
    for (const { name, endTimeUnixNano } of spans) {
      const number = /^span (\d+)$/.exec(name)?.[1];
      if (number !== undefined && endTimeUnixNano !== undefined) numbers.push(Number(number));
    }
    pageToken = page.nextPageToken;
  } while (pageToken);
  return numbers;
}
