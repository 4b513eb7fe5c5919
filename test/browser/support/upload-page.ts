import { createTracing } from "@spanbook/core";
import { createMemoryStore } from "@spanbook/core/memory";
import { uploadOtlp, type UploadOptions } from "@spanbook/core/upload";

/** Records two spans in the page and uploads them: how many were sent, or why not. */
async function upload(options: UploadOptions): Promise<string> {
  const store = createMemoryStore();
  const tracing = createTracing({ store });
  tracing.withSpan(() => tracing.withSpan(() => 1, { name: "inner" }), { name: "outer" });
  await tracing.flush();
  try {
    const { sent } = await uploadOtlp(store, { ...options, wait: () => Promise.resolve() });
    return `sent ${sent}`;
  } catch (error) {
    return (error as Error).message;
  }
}

Object.assign(globalThis, { upload });
