import { createMemoryStore } from "@spanbook/core/memory";
import { autoUpload, type AutoUploadOptions } from "@spanbook/core/upload";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { answer, openOtlpServer, type OtlpServer } from "../../support/otlp-server.js";
import { aBatch, aSpan, spanId } from "../../support/spans.js";

let server: OtlpServer;
let stops: (() => Promise<void>)[];

beforeEach(async () => {
  server = await openOtlpServer();
  stops = [];
});
afterEach(async () => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  for (const stop of stops) await stop();
  await server.close();
});

function start(store: Parameters<typeof autoUpload>[0], options: AutoUploadOptions = {}) {
  const uploading = autoUpload(store, {
    ...{ endpoint: server.url, intervalMs: 1, wait: async () => undefined },
    ...options,
  });
  stops.push(uploading.stop);
  return uploading;
}

describe("an automatic upload", () => {
  it("sends each span once when it has ended, including those from before it started", async () => {
    const store = createMemoryStore();
    await store.write(aBatch([aSpan(), aSpan({ id: 2, parent: 1, open: true })]));
    const uploading = start(store);
    await expect.poll(() => server.taken).toEqual([spanId(1)]);
    await store.write(aBatch([aSpan({ id: 2, parent: 1 }), aSpan({ trace: 2, id: 3 })]));
    await expect.poll(() => server.taken).toHaveLength(3);
    await uploading.flush();
    await start(store).flush();
    expect(server.taken.toSorted()).toEqual([spanId(1), spanId(2), spanId(3)]);
  });

  it("goes on after failures, and reports the first", async () => {
    const store = createMemoryStore();
    await store.write(aBatch([aSpan()]));
    server.next(...Array.from({ length: 5 }, () => answer(503, {}, "busy")), answer(401));
    const errors: Error[] = [];
    start(store, { onError: (error) => errors.push(error) });
    await expect.poll(() => server.taken).toEqual([spanId(1)]);
    expect(errors.map(({ name, message }) => `${name}: ${message}`)).toEqual([
      `UploadError: the server at ${server.url} answered 503: busy, after 2 attempts`,
    ]);
  });

  it("reports what the server refused, and throws nothing into the program even if onError does", async () => {
    const store = createMemoryStore();
    await store.write(aBatch([aSpan()]));
    server.next(answer(400, {}, "bad"));
    const onError = vi.fn(() => {
      throw new Error("listener");
    });
    await start(store, { onError }).flush();
    expect(onError).toHaveBeenCalledWith(
      expect.objectContaining({
        message: expect.stringContaining(
          `the server refused 1 spans: the server at ${server.url} answered 400: bad, for the span`,
        ),
      }),
    );
  });

  it("sends nothing while there is no network, nor after it was stopped", async () => {
    vi.stubGlobal("navigator", { onLine: false });
    const store = createMemoryStore();
    await store.write(aBatch([aSpan()]));
    const uploading = start(store);
    await uploading.flush();
    expect(server.requests).toHaveLength(0);
    vi.stubGlobal("navigator", { onLine: true });
    await uploading.flush();
    expect(server.taken).toEqual([spanId(1)]);
    await uploading.stop();
    await store.write(aBatch([aSpan({ trace: 2, id: 2 })]));
    await uploading.flush();
    expect(server.taken).toEqual([spanId(1)]);
  });

  it("ends with its store, keeps no process alive, and does nothing if no endpoint is named", async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
    const before = timers();
    const store = createMemoryStore();
    const onError = vi.fn();
    const uploading = start(store, { intervalMs: 60_000, onError });
    expect(timers()).toBe(before);
    await store.close();
    await uploading.flush();
    expect(onError).not.toHaveBeenCalled();
    await autoUpload(createMemoryStore()).flush();
    vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", server.url.replace("/v1/traces", ""));
    const other = createMemoryStore();
    await other.write(aBatch([aSpan()]));
    const named = autoUpload(other);
    stops.push(named.stop);
    await named.flush();
    expect(server.taken).toEqual([spanId(1)]);
  });

  it.each([
    [{ intervalMs: 0 }, "intervalMs must be a number from 1, got 0"],
    [{ endpoint: "nowhere" }, 'endpoint must be an http or https URL, got "nowhere"'],
  ])("refuses %o at once", (options, message) => {
    expect(() => autoUpload(createMemoryStore(), options)).toThrow(message);
  });
});
