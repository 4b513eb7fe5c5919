/** OpenTelemetry's API over the recorder, and a span processor for users of its SDK. */
export { createContextManager, createTracerProvider, register, unregister } from "./otel/register.js";
export type { SdkResource, SdkSpan } from "./otel/sdk-span.js";
export { SpanbookSpanProcessor } from "./otel/span-processor.js";
