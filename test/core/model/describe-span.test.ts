import { describeSpan, digestSpan, SpanType, type Attributes, type Span } from "@spanbook/core/model";
import { describe, expect, it } from "vitest";
import { aSpan, nano, spanId, traceId } from "../../support/spans.js";

function describeAttributes(attributes: Attributes) {
  return describeSpan(aSpan({ attributes }));
}

describe("a span's description", () => {
  it("is just an unknown type if the span says nothing", () => {
    expect(describeAttributes({})).toEqual({ type: "UNKNOWN" });
    expect(Object.keys(describeAttributes({}))).toEqual(["type"]);
  });

  it("reads what MLflow writes", () => {
    expect(
      describeAttributes({
        "mlflow.spanType": '"CHAT_MODEL"',
        "mlflow.spanInputs": '{"question":"why?"}',
        "mlflow.spanOutputs": '["because",null]',
        "mlflow.llm.model": '"gpt"',
        "mlflow.llm.provider": "openai",
        "mlflow.chat.tokenUsage":
          '{"input_tokens":10,"output_tokens":5,"total_tokens":15,"cache_read_input_tokens":4,"cache_creation_input_tokens":0}',
        "mlflow.llm.cost": '{"input_cost":0.1,"output_cost":0.2,"total_cost":0.3}',
        "session.id": "s1",
        "user.id": "alice",
      }),
    ).toEqual({
      type: SpanType.CHAT_MODEL,
      inputs: { question: "why?" },
      outputs: ["because", null],
      model: "gpt",
      provider: "openai",
      usage: {
        inputTokens: 10,
        outputTokens: 5,
        totalTokens: 15,
        cacheReadInputTokens: 4,
        cacheCreationInputTokens: 0,
      },
      cost: { inputCost: 0.1, outputCost: 0.2, totalCost: 0.3 },
      sessionId: "s1",
      userId: "alice",
    });
  });

  it("takes values that are not JSON text as they are", () => {
    expect(
      describeAttributes({
        "mlflow.spanType": "TOOL",
        "mlflow.spanInputs": "not { JSON",
        "mlflow.spanOutputs": { plain: [1, 2] },
        "mlflow.chat.tokenUsage": { input_tokens: 1, output_tokens: 2 },
        "user.id": 42,
      }),
    ).toEqual({
      type: "TOOL",
      inputs: "not { JSON",
      outputs: { plain: [1, 2] },
      usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 },
      userId: "42",
    });
  });

  it("keeps inputs and outputs that are null, zero, false or empty", () => {
    for (const value of [null, 0, false, ""]) {
      const { inputs, outputs } = describeSpan(aSpan({ inputs: value, outputs: value }));
      expect([inputs, outputs]).toEqual([value, value]);
    }
  });

  it("treats bad values as absent", () => {
    expect(
      describeAttributes({
        "mlflow.spanType": ["LLM"],
        "mlflow.llm.model": null,
        "mlflow.chat.tokenUsage": "[1,2]",
        "mlflow.llm.cost": "free",
        "session.id": true,
      }),
    ).toEqual({ type: "UNKNOWN" });
    expect(
      describeAttributes({
        "mlflow.chat.tokenUsage":
          '{"input_tokens":-1,"output_tokens":"5","total_tokens":null,"cache_read_input_tokens":"x"}',
        "mlflow.llm.cost": '{"output_cost":0.5}',
      }),
    ).toEqual({
      type: "UNKNOWN",
      usage: { inputTokens: 0, outputTokens: 0, totalTokens: 0 },
      cost: { inputCost: 0, outputCost: 0.5, totalCost: 0.5 },
    });
  });
});

describe("a span's digest", () => {
  const attributes: Attributes = {
    "mlflow.spanType": "LLM",
    "mlflow.spanInputs": '{"question":"why?"}',
    "mlflow.spanOutputs": '"because"',
    "mlflow.experimentId": "7",
    "mlflow.sourceRun": "run-1",
    "mlflow.llm.model": "gpt",
    "session.id": "s1",
  };

  it("of a root has its previews, experiment and run", () => {
    expect(digestSpan(aSpan({ attributes, status: "OK" }), 3)).toEqual({
      traceId: traceId(1),
      spanId: spanId(1),
      name: "answer",
      type: "LLM",
      model: "gpt",
      sessionId: "s1",
      status: "OK",
      startTimeUnixNano: nano(0),
      endTimeUnixNano: nano(100),
      version: 3,
      experimentId: "7",
      runId: "run-1",
      requestPreview: "why?",
      responsePreview: "because",
    });
  });

  it("of a child leaves them out", () => {
    expect(digestSpan(aSpan({ id: 2, parent: 1, attributes, open: true }), 1)).toEqual({
      traceId: traceId(1),
      spanId: spanId(2),
      parentSpanId: spanId(1),
      name: "answer",
      type: "LLM",
      model: "gpt",
      sessionId: "s1",
      status: "UNSET",
      startTimeUnixNano: nano(0),
      version: 1,
    });
  });

  it("has no key whose value is undefined", () => {
    for (const span of [aSpan(), aSpan({ parent: 2, open: true }), aSpan({ attributes })]) {
      expect(Object.values(digestSpan(span, 1))).not.toContain(undefined);
    }
  });

  it("has one of three statuses, UNSET if the number is unknown to OTLP", () => {
    const statusOf = (status: Span["status"]) => {
      const { status: _, ...span } = aSpan();
      return digestSpan(status ? { ...span, status } : span, 1).status;
    };
    expect(statusOf(undefined)).toBe("UNSET");
    expect(statusOf({ message: "no code" })).toBe("UNSET");
    expect([0, 1, 2].map((code) => statusOf({ code } as Span["status"]))).toEqual(["UNSET", "OK", "ERROR"]);
    expect(statusOf({ code: 7 } as unknown as Span["status"])).toBe("UNSET");
  });
});
