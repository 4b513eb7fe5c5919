// The recorders to compare: `call(name, fn, options)` runs `fn` in a span with 5 attributes and, if `options.payload` says so,
// about 200 bytes each of inputs and outputs. Here is what runs both in Node and in a page.

export const inputs = { question: "x".repeat(180) };
export const outputs = { answer: "y".repeat(180) };
export const attributes = { index: 1, name: "two", isLast: true, score: 2.5, group: "five" };

/** `settle` waits until all is durable. */
export function spanbook(tracing) {
  return {
    name: "Spanbook",
    settle: () => tracing.flush(),
    call: (name, fn, { payload }) =>
      tracing.withSpan(
        (span) => {
          span.setAttributes(attributes);
          return fn();
        },
        payload ? { name, inputs } : { name },
      ),
  };
}

/** `api` is OpenTelemetry's, with a context manager. */
export function openTelemetry(name, api, tracer) {
  return {
    name,
    call(spanName, fn, { payload }) {
      const span = tracer.startSpan(spanName);
      span.setAttributes(attributes);
      if (payload) span.setAttribute("inputs", JSON.stringify(inputs));
      const end = (result) => {
        if (payload) span.setAttribute("outputs", JSON.stringify(outputs));
        span.end();
        return result;
      };
      const fail = (error) => {
        span.recordException(error);
        span.setStatus({ code: 2, message: error.message });
        span.end();
        throw error;
      };
      return settleWith(() => api.context.with(api.trace.setSpan(api.context.active(), span), fn), end, fail);
    },
  };
}

/** An exporter that hands spans to `onExport`. */
export function exporterTo(onExport) {
  return {
    export(spans, callback) {
      onExport(spans);
      callback({ code: 0 });
    },
    shutdown: async () => undefined,
  };
}

/** The least that the job takes: ids, two clock reads, the context, JSON text of the values, and posting plain objects. */
export function floor(post, runActive, activeSpan) {
  const pool = new Uint8Array(4096);
  const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
  let next = pool.length;
  let batch = [];
  function newId(byteCount) {
    if (next + byteCount > pool.length) {
      crypto.getRandomValues(pool);
      next = 0;
    }
    let id = "";
    for (let i = 0; i < byteCount; i++) id += hex[pool[next++]];
    return id;
  }
  return {
    name: "floor",
    call(name, fn, { payload }) {
      const parent = activeSpan();
      const span = {
        traceId: parent?.traceId ?? newId(16),
        spanId: newId(8),
        parentSpanId: parent?.spanId,
        name,
        start: performance.now(),
        end: 0,
        attributes: { ...attributes },
      };
      if (payload) span.attributes.inputs = JSON.stringify(inputs);
      const end = (result) => {
        if (payload) span.attributes.outputs = JSON.stringify(outputs);
        span.end = performance.now();
        batch.push(span);
        if (batch.length === 500) {
          post(batch);
          batch = [];
        }
        return result;
      };
      return settleWith(
        () => runActive(span, fn),
        end,
        (error) => {
          end();
          throw error;
        },
      );
    },
  };
}

export function settleWith(run, end, fail) {
  let result;
  try {
    result = run();
  } catch (error) {
    return fail(error);
  }
  return typeof result?.then === "function" ? result.then(end, fail) : end(result);
}

/** A root and 9 descendants, 3 × (1 + 2). */
export const spansPerTrace = 10;

export const programs = {
  sync(call, options) {
    const result = options.payload ? outputs : undefined;
    const leaf = () => result;
    call(
      "root",
      () => {
        for (let i = 0; i < 3; i++) {
          call(
            "middle",
            () => {
              call("leaf", leaf, options);
              call("leaf", leaf, options);
              return result;
            },
            options,
          );
        }
        return result;
      },
      options,
    );
  },
  async async(call, options) {
    const result = options.payload ? outputs : undefined;
    const leaf = async () => result;
    await call(
      "root",
      async () => {
        for (let i = 0; i < 3; i++) {
          await call(
            "middle",
            async () => {
              await call("leaf", leaf, options);
              await call("leaf", leaf, options);
              return result;
            },
            options,
          );
        }
        return result;
      },
      options,
    );
  },
  /** All ten fail with the same error. */
  failing(call, options) {
    const leaf = () => {
      throw new Error("the model is overloaded");
    };
    const safely = (fn) => {
      try {
        fn();
      } catch {
        // Only what was recorded matters.
      }
    };
    for (let i = 0; i < spansPerTrace; i++) safely(() => call("leaf", leaf, options));
  },
};
