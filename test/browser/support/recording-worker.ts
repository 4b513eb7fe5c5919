/** A worker or service worker that opens a store of its own, writes to it, reads it, and tells whoever asks how that went. */
import { openStore } from "@spanbook/store-idb";
import { aBatch, aSpan } from "../../support/spans.js";

addEventListener("message", ({ data, source }: MessageEvent<string>) => {
  const asker = (source ?? globalThis) as Pick<Worker, "postMessage">;
  void record(data).then(
    (told) => asker.postMessage(told),
    (failure: unknown) => asker.postMessage(String(failure)),
  );
});

async function record(name: string) {
  const failures: string[] = [];
  const store = await openStore(name, { onError: ({ message }) => failures.push(message) });
  await store.write(aBatch([aSpan({ name: "in a worker" })]));
  const { traces } = await store.search({});
  return { kind: store.kind, failures, names: traces.map(({ info }) => info.name) };
}
