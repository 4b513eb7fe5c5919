import { readFileSync } from "node:fs";
import {
  describeSpan,
  digestSpan,
  failureOf,
  type Attributes,
  type Span,
  type SpanEvent,
} from "@spanbook/core/model";
import { describe, expect, it } from "vitest";
import { aSpan, nano } from "../../support/spans.js";

function describeAttributes(attributes: Attributes, events: readonly SpanEvent[] = []) {
  return describeSpan(aSpan({ attributes, fields: { events } }));
}

function readSample(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../fixtures/dialects/${name}`, import.meta.url), "utf8"));
}

function describeSample(name: string) {
  const sample = readSample(name) as Attributes | { attributes: Attributes }[];
  return describeAttributes(Array.isArray(sample) ? sample[0]!.attributes : sample);
}

const weatherMessages = [
  { direction: "input", role: "user", parts: [{ type: "text", text: "Weather in Paris?" }] },
  {
    direction: "input",
    role: "assistant",
    parts: [
      { type: "text", text: "Absolutely! Let me check the weather for you." },
      { type: "tool_call", id: "1234", name: "get_weather", arguments: { location: "Paris" } },
    ],
  },
  {
    direction: "input",
    role: "tool",
    parts: [{ type: "tool_call_response", id: "1234", response: "rainy, 57°F" }],
  },
  {
    direction: "output",
    role: "assistant",
    parts: [{ type: "text", text: "The weather in Paris is currently rainy with a temperature of 57°F." }],
  },
];

describe("describeSpan reads the samples of", () => {
  it("OpenInference", () => {
    expect(describeSample("openinference_client_span_tool_calls.json")).toMatchObject({
      type: "CHAT_MODEL",
      inputs: { model: "gpt-4", temperature: 0.5 },
      outputs: { finish_reason: "stop" },
      messages: weatherMessages,
      model: "gpt-4-0613",
      provider: "openai",
      usage: { inputTokens: 97, outputTokens: 52, totalTokens: 149 },
    });
  });

  it("OpenTelemetry's GenAI conventions, and finds the same conversation", () => {
    expect(describeSample("otel_genai_client_span_tool_calls.json")).toMatchObject({
      type: "CHAT_MODEL",
      inputs: [{ role: "user" }, { role: "assistant" }, { role: "tool" }],
      outputs: [{ role: "assistant" }],
      messages: weatherMessages,
      model: "gpt-4-0613",
      provider: "openai",
      usage: { inputTokens: 97, outputTokens: 52, totalTokens: 149 },
    });
  });

  it("MLflow, with the NaN that Python writes into JSON", () => {
    const outputs =
      '[{"page_content": "of this, and", "metadata": {"score": NaN, "all": [NaN, -Infinity,NaN ]}}]';
    expect(describeAttributes({ "mlflow.spanOutputs": outputs }).documents).toEqual([
      { content: "of this, and", metadata: { score: "NaN", all: ["NaN", "-Infinity", "NaN"] } },
    ]);
  });

  it("Langfuse, and adds up the counts of each side", () => {
    const generation = {
      "langfuse.observation.type": "generation",
      "langfuse.observation.input":
        '{"tools": [{"type": "function", "function": {"name": "weather"}}], "messages": [{"role": "user", "content": "hi"}]}',
      "langfuse.observation.output": "You said: hi",
      "langfuse.observation.model.name": "gpt-4o-2025-08-07",
      "langfuse.observation.cost_details": '{"input": 0.25, "output": 0.5}',
      "langfuse.session.id": "s-1",
    };
    const ofOpenai =
      '{"completion_tokens": 4, "prompt_tokens": 3, "total_tokens": 7, "completion_tokens_details": null, "prompt_tokens_details": {"cached_tokens": 2}}';
    expect(
      describeAttributes({ ...generation, "langfuse.observation.usage_details": ofOpenai }),
    ).toMatchObject({
      type: "CHAT_MODEL",
      outputs: "You said: hi",
      messages: [
        { direction: "input", role: "user", parts: [{ type: "text", text: "hi" }] },
        { direction: "output", role: "assistant", parts: [{ type: "text", text: "You said: hi" }] },
      ],
      tools: [{ name: "weather" }],
      model: "gpt-4o-2025-08-07",
      usage: { inputTokens: 3, outputTokens: 4, totalTokens: 7, cacheReadInputTokens: 2 },
      cost: { inputCost: 0.25, outputCost: 0.5, totalCost: 0.75 },
      sessionId: "s-1",
    });
    const ofAnthropic = '{"input": 7, "output": 2, "cache_read_input_tokens": 5}';
    expect(describeAttributes({ "langfuse.observation.usage_details": ofAnthropic }).usage).toEqual({
      ...{ inputTokens: 12, outputTokens: 2, totalTokens: 14, cacheReadInputTokens: 5 },
    });
  });

  it("Langfuse's tools and retrievers, and calls that are marked as failed by their level only", () => {
    const attributes = {
      "langfuse.observation.type": "retriever",
      "langfuse.observation.input": '{"args": ["law"], "kwargs": {}}',
      "langfuse.observation.output": '[{"page_content": "doc one"}]',
    };
    expect(describeAttributes(attributes)).toMatchObject({
      type: "RETRIEVER",
      inputs: { args: ["law"], kwargs: {} },
      documents: [{ content: "doc one" }],
    });
    const failed = { "langfuse.observation.level": "ERROR", "langfuse.observation.status_message": "boom" };
    expect(digestSpan(aSpan({ attributes: failed }), 1).status).toBe("ERROR");
    expect(failureOf(aSpan({ attributes: failed }))).toBe("boom");
    expect(failureOf(aSpan({ attributes }))).toBeUndefined();
    expect(failureOf(aSpan({ attributes: failed, status: "OK" }))).toBeUndefined();
  });

  it("the Vercel AI SDK", () => {
    const haiku = "Lines of code align,  \nLogic dances through the night—  \nDreams in data flow.";
    const messages = [
      {
        direction: "input",
        role: "user",
        parts: [{ type: "text", text: "Write a haiku about programming." }],
      },
      {
        direction: "output",
        role: "assistant",
        parts: [{ type: "text", text: haiku }],
        finishReason: "stop",
      },
    ];
    const common = {
      type: "CHAT_MODEL",
      outputs: haiku,
      messages,
      provider: "openai.responses",
      usage: { inputTokens: 14, outputTokens: 20, totalTokens: 34 },
    };
    expect(describeSample("vercel-ai-generateText.json")).toEqual({
      ...common,
      inputs: { prompt: "Write a haiku about programming." },
      model: "gpt-4o-mini",
    });
    expect(describeSample("vercel-ai-generateText-doGenerate.json")).toEqual({
      ...common,
      inputs: [{ role: "user", content: [{ type: "text", text: "Write a haiku about programming." }] }],
      model: "gpt-4o-mini-2024-07-18",
    });
    const embedding = describeSample("vercel-ai-embed.json");
    expect(embedding).toMatchObject({
      type: "EMBEDDING",
      inputs: "The quick brown fox jumps over the lazy dog.",
      model: "text-embedding-3-small",
      provider: "openai.embedding",
    });
    expect((embedding.outputs as number[]).slice(0, 2)).toEqual([-0.018449828, -0.0072010164]);
  });
});

describe("a span's type is", () => {
  const cases: [string, Attributes][] = [
    ...["chat", "generate_content"].map(genai("CHAT_MODEL")),
    ...["text_completion"].map(genai("LLM")),
    ...["invoke_agent", "create_agent"].map(genai("AGENT")),
    ...["execute_tool"].map(genai("TOOL")),
    ...["retrieval"].map(genai("RETRIEVER")),
    ...["rerank"].map(genai("RERANKER")),
    ...["embeddings"].map(genai("EMBEDDING")),
    ...["invoke_workflow", "plan"].map(genai("CHAIN")),
    ["EVALUATOR", { "gen_ai.evaluation.name": "relevance" }],
    ["UNKNOWN", { "gen_ai.operation.name": "constructor" }],
    ["CHAT_MODEL", { "openinference.span.kind": "LLM", "llm.input_messages.0.message.role": "user" }],
    ["LLM", { "openinference.span.kind": "LLM" }],
    ["CHAIN", { "openinference.span.kind": "PROMPT" }],
    ...["AGENT", "TOOL", "RETRIEVER", "RERANKER", "EMBEDDING", "CHAIN", "GUARDRAIL", "EVALUATOR"].map(
      (kind): [string, Attributes] => [kind, { "openinference.span.kind": kind }],
    ),
    ...["generateText", "streamText", "generateObject", "streamObject"].flatMap((name) => [
      vercel("CHAT_MODEL")(name),
      vercel("CHAT_MODEL")(`${name}.${name.startsWith("stream") ? "doStream" : "doGenerate"}`),
    ]),
    ...["embed", "embedMany", "embed.doEmbed", "embedMany.doEmbed"].map(vercel("EMBEDDING")),
    ...["toolCall"].map(vercel("TOOL")),
    ...["rerank"].map(vercel("RERANKER")),
    ["CHAIN", { "traceloop.span.kind": "workflow" }],
    ["CHAIN", { "traceloop.span.kind": "task" }],
    ["AGENT", { "traceloop.span.kind": "agent" }],
    ["TOOL", { "traceloop.span.kind": "tool" }],
    ["CHAT_MODEL", { "llm.request.type": "chat" }],
    ["LLM", { "llm.request.type": "completion" }],
    ["RERANKER", { "llm.request.type": "rerank" }],
    ["RETRIEVER", { "db.vector.query.top_k": 3 }],
    ["GUARDRAIL", { "gen_ai.guardrail.status": "PASSED" }],
    ["AGENT", { "mlflow.spanType": '"AGENT"' }],
    ["anything", { "mlflow.spanType": "anything" }],
  ];
  it.each(cases)("%s for %o", (type, attributes) => expect(describeAttributes(attributes).type).toBe(type));

  function genai(type: string) {
    return (name: string): [string, Attributes] => [type, { "gen_ai.operation.name": name }];
  }
  function vercel(type: string) {
    return (name: string): [string, Attributes] => [type, { "ai.operationId": `ai.${name}` }];
  }
});

describe("a span's inputs and outputs are", () => {
  const document = { id: "d1", content: "text", score: 0.5, metadata: { page: 3 } };
  const cases: [string, Attributes, { inputs?: unknown; outputs?: unknown }][] = [
    [
      "GenAI's system instructions, messages and tools together",
      {
        "gen_ai.system_instructions": '[{"type":"text","content":"Be brief."}]',
        "gen_ai.input.messages": [{ role: "user", parts: [{ type: "text", content: "Hi" }] }],
        "gen_ai.tool.definitions": '[{"type":"function","name":"f"}]',
        "gen_ai.output.messages": "[]",
      },
      {
        inputs: {
          system: [{ type: "text", content: "Be brief." }],
          messages: [{ role: "user", parts: [{ type: "text", content: "Hi" }] }],
          tools: [{ type: "function", name: "f" }],
        },
        outputs: [],
      },
    ],
    [
      "a GenAI tool's arguments and result, JSON text in JSON text",
      {
        "gen_ai.tool.call.arguments": JSON.stringify(JSON.stringify(JSON.stringify({ a: 1 }))),
        "gen_ai.tool.call.result": "42",
      },
      { inputs: { a: 1 }, outputs: "42" },
    ],
    [
      "a GenAI retriever's query and documents",
      { "gen_ai.retrieval.query.text": '"why?"', "gen_ai.retrieval.documents": '[{"id":"d1","score":0.5}]' },
      { inputs: '"why?"', outputs: [{ id: "d1", score: 0.5 }] },
    ],
    [
      "OpenInference's values, parsed unless they are said to be text",
      {
        "input.value": '{"a":1}',
        "output.value": '{"a":1}',
        "output.mime_type": "text/plain",
      },
      { inputs: { a: 1 }, outputs: '{"a":1}' },
    ],
    [
      "OpenInference's messages",
      {
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.content": "Hi",
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.content": "Ho",
      },
      { inputs: [{ role: "user", content: "Hi" }], outputs: [{ role: "assistant", content: "Ho" }] },
    ],
    [
      "OpenInference's prompts and choices, in the order of their indices",
      {
        "llm.prompts.10.prompt.text": "third",
        "llm.prompts.0": "first",
        "llm.prompts.2.prompt.text": "second",
        "llm.choices.0.completion.text": "done",
      },
      { inputs: ["first", "second", "third"], outputs: ["done"] },
    ],
    [
      "OpenInference's documents",
      {
        "input.value": "why?",
        "retrieval.documents.0.document.id": "d1",
        "retrieval.documents.0.document.content": "text",
        "retrieval.documents.0.document.score": 0.5,
        "retrieval.documents.0.document.metadata": '{"page":3}',
      },
      { inputs: "why?", outputs: [{ ...document, metadata: '{"page":3}' }] },
    ],
    [
      "Vercel's prompt, text and calls",
      {
        "ai.prompt": '{"prompt":"Hi"}',
        "ai.response.text": "Ho",
        "ai.response.toolCalls": '[{"toolCallId":"c","toolName":"f","input":"{}"}]',
      },
      {
        inputs: { prompt: "Hi" },
        outputs: { text: "Ho", toolCalls: [{ toolCallId: "c", toolName: "f", input: "{}" }] },
      },
    ],
    [
      "Vercel's messages with tools, and object",
      {
        "ai.prompt.messages": '[{"role":"user","content":"Hi"}]',
        "ai.prompt.tools": ['{"name":"f"}'],
        "ai.response.object": '{"a":1}',
      },
      { inputs: { messages: [{ role: "user", content: "Hi" }], tools: [{ name: "f" }] }, outputs: { a: 1 } },
    ],
    [
      "Vercel's tool call",
      { "ai.toolCall.args": '{"a":1}', "ai.toolCall.result": '"done"' },
      { inputs: { a: 1 }, outputs: "done" },
    ],
    [
      "Vercel's embedding, of one value or many",
      { "ai.values": ['"a"', '"b"'], "ai.embeddings": ["[1,2]", "[3,4]"] },
      {
        inputs: ["a", "b"],
        outputs: [
          [1, 2],
          [3, 4],
        ],
      },
    ],
    [
      "Traceloop's entity",
      { "traceloop.entity.input": '{"args":[1]}', "traceloop.entity.output": '"done"' },
      { inputs: { args: [1] }, outputs: "done" },
    ],
    [
      "Traceloop's prompts and completions",
      {
        "gen_ai.prompt.0.role": "user",
        "gen_ai.prompt.0.content": "Hi",
        "gen_ai.completion.0.content": "Ho",
      },
      { inputs: [{ role: "user", content: "Hi" }], outputs: [{ content: "Ho" }] },
    ],
    [
      "MLflow's, as text or decoded, with whole doubles",
      {
        "mlflow.spanInputs": '{"a":1}',
        "mlflow.spanOutputs": { $$a: { $double: 3 }, b: { $int: "9007199254740993" } },
      },
      { inputs: { a: 1 }, outputs: { $a: 3, b: "9007199254740993" } },
    ],
  ];
  it.each(cases)("%s", (_what, attributes, expected) => {
    const { inputs, outputs } = describeAttributes(attributes);
    expect({ inputs, outputs }).toEqual(expected);
  });
});

describe("a span's figures and names are read from", () => {
  const usage = {
    inputTokens: 10,
    outputTokens: 5,
    totalTokens: 15,
    cacheReadInputTokens: 4,
    cacheCreationInputTokens: 2,
    reasoningOutputTokens: 3,
  };
  const call = { type: "UNKNOWN", model: "gpt-4o", provider: "openai", usage };
  const cases: [string, Attributes, object][] = [
    [
      "GenAI",
      {
        "gen_ai.response.model": "gpt-4o",
        "gen_ai.request.model": "gpt",
        "gen_ai.provider.name": "openai",
        "gen_ai.system": "other",
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.output_tokens": { $double: 5 },
        "gen_ai.usage.cache_read.input_tokens": 4,
        "gen_ai.usage.cache_write.input_tokens": 2,
        "gen_ai.usage.reasoning.output_tokens": 3,
        "gen_ai.conversation.id": "s1",
      },
      { ...call, sessionId: "s1" },
    ],
    [
      "GenAI, requested model and older names",
      {
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.system": "openai",
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.output_tokens": 5,
        "gen_ai.usage.cache_read_input_tokens": 4,
        "gen_ai.usage.cache_creation.input_tokens": 2,
        "gen_ai.usage.reasoning_output_tokens": 3,
      },
      call,
    ],
    [
      "OpenInference",
      {
        "llm.model_name": "gpt-4o",
        "llm.system": "openai",
        "llm.token_count.prompt": 10,
        "llm.token_count.completion": "5",
        "llm.token_count.total": 15,
        "llm.token_count.prompt_details.cache_read": 4,
        "llm.token_count.prompt_details.cache_write": 2,
        "llm.token_count.completion_details.reasoning": 3,
        "llm.cost.prompt": 0.5,
        "llm.cost.completion": 0.25,
        "session.id": "s1",
        "user.id": "alice",
      },
      {
        ...call,
        cost: { inputCost: 0.5, outputCost: 0.25, totalCost: 0.75 },
        sessionId: "s1",
        userId: "alice",
      },
    ],
    [
      "OpenInference's answering model first",
      { "llm.response.model_name": "a", "llm.model_name": "b" },
      { type: "UNKNOWN", model: "a" },
    ],
    ["OpenInference's embedding model", { "embedding.model_name": "a" }, { type: "UNKNOWN", model: "a" }],
    [
      "Vercel",
      {
        "ai.response.model": "gpt-4o",
        "ai.model.id": "gpt",
        "ai.model.provider": "openai",
        "ai.usage.inputTokens": 10,
        "ai.usage.outputTokens": 5,
        "ai.usage.totalTokens": 15,
        "ai.usage.cachedInputTokens": 4,
        "ai.usage.inputTokenDetails.cacheWriteTokens": 2,
        "ai.usage.reasoningTokens": 3,
        "ai.telemetry.metadata.sessionId": "s1",
        "ai.telemetry.metadata.userId": "alice",
      },
      { ...call, sessionId: "s1", userId: "alice" },
    ],
    [
      "Vercel, by its older names",
      { "ai.model.id": "gpt-4o", "ai.usage.promptTokens": 1, "ai.usage.completionTokens": 2 },
      { type: "UNKNOWN", model: "gpt-4o", usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 } },
    ],
    [
      "Traceloop",
      {
        "gen_ai.response.model": "gpt-4o",
        "gen_ai.system": "openai",
        "gen_ai.usage.prompt_tokens": 10,
        "gen_ai.usage.completion_tokens": 5,
        "llm.usage.total_tokens": 15,
        "gen_ai.usage.cache_read_input_tokens": 4,
        "traceloop.association.properties.session_id": "s1",
        "traceloop.association.properties.user_id": "alice",
      },
      { type: "UNKNOWN", model: "gpt-4o", provider: "openai", sessionId: "s1", userId: "alice" },
    ],
  ];
  it.each(cases)("%s", (_what, attributes, expected) => {
    const { inputs: _inputs, ...described } = describeAttributes(attributes);
    expect(described).toMatchObject(expected);
  });

  it("the first dialect that has each of them", () => {
    expect(
      describeAttributes({
        "mlflow.spanType": "AGENT",
        "openinference.span.kind": "TOOL",
        "input.value": "from OpenInference",
        "gen_ai.tool.call.arguments": "from GenAI",
        "gen_ai.tool.call.result": "result from GenAI",
        "gen_ai.request.model": "from GenAI",
        "traceloop.entity.output": "from Traceloop",
        "ai.model.id": "from Vercel",
        "ai.model.provider": "from Vercel",
      }),
    ).toEqual({
      type: "AGENT",
      inputs: "from OpenInference",
      outputs: "result from GenAI",
      model: "from GenAI",
      provider: "from Vercel",
    });
  });
});

describe("a conversation is the same from", () => {
  const call = { type: "tool_call", id: "c1", name: "f", arguments: { a: 1 } };
  const expected = [
    { direction: "input", role: "system", parts: [{ type: "text", text: "Be brief." }] },
    { direction: "input", role: "user", parts: [{ type: "text", text: "Hi" }] },
    { direction: "input", role: "assistant", parts: [{ type: "reasoning", text: "Hm." }, call] },
    {
      direction: "input",
      role: "tool",
      parts: [{ type: "tool_call_response", id: "c1", response: { b: 2 } }],
    },
    { direction: "output", role: "assistant", parts: [{ type: "text", text: "Ho" }] },
  ];
  const inMlflow = (inputs: unknown, outputs: unknown): Attributes => ({
    "mlflow.spanInputs": JSON.stringify(inputs),
    "mlflow.spanOutputs": JSON.stringify(outputs),
  });
  const cases: [string, Attributes, SpanEvent[]?][] = [
    [
      "OpenAI's chat completions",
      inMlflow(
        {
          model: "gpt",
          messages: [
            { role: "system", content: "Be brief." },
            { role: "user", content: [{ type: "text", text: "Hi" }] },
            {
              role: "assistant",
              content: "",
              reasoning_content: "Hm.",
              tool_calls: [{ id: "c1", type: "function", function: { name: "f", arguments: '{"a":1}' } }],
            },
            { role: "tool", tool_call_id: "c1", content: '{"b":2}' },
          ],
        },
        { choices: [{ message: { role: "assistant", content: "Ho" } }] },
      ),
    ],
    [
      "OpenAI's responses",
      inMlflow(
        {
          instructions: "Be brief.",
          input: [
            { role: "user", content: [{ type: "input_text", text: "Hi" }] },
            {
              role: "assistant",
              content: [
                { type: "reasoning", summary: [{ type: "summary_text", text: "Hm." }] },
                { type: "function_call", id: "fc", call_id: "c1", name: "f", arguments: '{"a":1}' },
              ],
            },
            { type: "function_call_output", call_id: "c1", output: '{"b":2}' },
          ],
        },
        { output: [{ type: "message", role: "assistant", content: [{ type: "output_text", text: "Ho" }] }] },
      ),
    ],
    [
      "Anthropic",
      inMlflow(
        {
          system: "Be brief.",
          messages: [
            { role: "user", content: "Hi" },
            {
              role: "assistant",
              content: [
                { type: "thinking", thinking: "Hm." },
                { type: "tool_use", id: "c1", name: "f", input: { a: 1 } },
              ],
            },
            { role: "tool", content: [{ type: "tool_result", tool_use_id: "c1", content: '{"b":2}' }] },
          ],
        },
        { type: "message", role: "assistant", content: [{ type: "text", text: "Ho" }] },
      ),
    ],
    [
      "mlflow.chat.messages, whose last is the answer",
      {
        "mlflow.chat.messages": JSON.stringify([
          { role: "system", content: "Be brief." },
          { role: "user", content: "Hi" },
          {
            role: "assistant",
            reasoning_content: "Hm.",
            tool_calls: [{ id: "c1", function: { name: "f", arguments: '{"a":1}' } }],
          },
          { role: "tool", tool_call_id: "c1", content: '{"b":2}' },
          { role: "assistant", content: "Ho" },
        ]),
      },
    ],
    [
      "GenAI's messages",
      {
        "gen_ai.system_instructions": '[{"type":"text","content":"Be brief."}]',
        "gen_ai.input.messages": JSON.stringify([
          { role: "user", parts: [{ type: "text", content: "Hi" }] },
          {
            role: "assistant",
            parts: [
              { type: "reasoning", content: "Hm." },
              { type: "tool_call", id: "c1", name: "f", arguments: { a: 1 } },
            ],
          },
          { role: "tool", parts: [{ type: "tool_call_response", id: "c1", result: { b: 2 } }] },
        ]),
        "gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"text","content":"Ho"}]}]',
      },
    ],
    [
      "GenAI's events of old",
      {},
      [
        anEvent("gen_ai.system.message", { content: "Be brief." }),
        anEvent("gen_ai.user.message", { "gen_ai.event.content": '{"content":"Hi"}' }),
        anEvent("gen_ai.assistant.message", {
          reasoning: "Hm.",
          tool_calls: '[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\\"a\\":1}"}}]',
        }),
        anEvent("gen_ai.tool.message", { id: "c1", content: '{"b":2}' }),
        anEvent("exception", {}),
        anEvent("gen_ai.choice", { index: 0, message: '{"role":"assistant","content":"Ho"}' }),
      ],
    ],
    [
      "OpenInference's messages",
      {
        "llm.input_messages.0.message.role": "system",
        "llm.input_messages.0.message.content": "Be brief.",
        "llm.input_messages.1.message.role": "user",
        "llm.input_messages.1.message.contents.0.message_content.type": "text",
        "llm.input_messages.1.message.contents.0.message_content.text": "Hi",
        "llm.input_messages.2.message.role": "assistant",
        "llm.input_messages.2.message.contents.0.message_content.type": "reasoning",
        "llm.input_messages.2.message.contents.0.message_content.text": "Hm.",
        "llm.input_messages.2.message.tool_calls.0.tool_call.id": "c1",
        "llm.input_messages.2.message.tool_calls.0.tool_call.function.name": "f",
        "llm.input_messages.2.message.tool_calls.0.tool_call.function.arguments": '{"a":1}',
        "llm.input_messages.3.message.role": "tool",
        "llm.input_messages.3.message.content": '{"b":2}',
        "llm.input_messages.3.message.tool_call_id": "c1",
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.content": "Ho",
      },
    ],
    [
      "Traceloop's prompts and completions",
      {
        "gen_ai.prompt.0.role": "system",
        "gen_ai.prompt.0.content": "Be brief.",
        "gen_ai.prompt.1.role": "user",
        "gen_ai.prompt.1.content": '[{"type":"text","text":"Hi"}]',
        "gen_ai.prompt.2.role": "assistant",
        "gen_ai.prompt.2.reasoning": "Hm.",
        "gen_ai.prompt.2.tool_calls.0.id": "c1",
        "gen_ai.prompt.2.tool_calls.0.name": "f",
        "gen_ai.prompt.2.tool_calls.0.arguments": '{"a":1}',
        "gen_ai.prompt.3.role": "tool",
        "gen_ai.prompt.3.tool_call_id": "c1",
        "gen_ai.prompt.3.content": '{"b":2}',
        "gen_ai.completion.0.content": "Ho",
      },
    ],
    [
      "the Vercel AI SDK's",
      {
        "ai.prompt.messages": JSON.stringify([
          { role: "system", content: "Be brief." },
          { role: "user", content: [{ type: "text", text: "Hi" }] },
          {
            role: "assistant",
            content: [
              { type: "reasoning", text: "Hm." },
              { type: "tool-call", toolCallId: "c1", toolName: "f", input: { a: 1 } },
            ],
          },
          { role: "tool", content: [{ type: "tool-result", toolCallId: "c1", output: { b: 2 } }] },
        ]),
        "ai.response.text": "Ho",
      },
    ],
    [
      "LangChain's, serialized",
      inMlflow(
        [
          [
            { type: "system", content: "Be brief." },
            { lc: 1, id: ["langchain_core", "messages", "HumanMessage"], kwargs: { content: "Hi" } },
            {
              type: "ai",
              content: [{ type: "thinking", thinking: "Hm." }],
              tool_calls: [{ id: "c1", name: "f", args: { a: 1 } }],
            },
            { type: "tool", tool_call_id: "c1", content: '{"b":2}' },
          ],
        ],
        { generations: [[{ text: "Ho", message: { type: "ai", content: "Ho" } }]] },
      ),
    ],
    [
      "Gemini's",
      inMlflow(
        {
          systemInstruction: { parts: [{ text: "Be brief." }] },
          contents: [
            { role: "user", parts: [{ text: "Hi" }] },
            {
              role: "model",
              parts: [
                { text: "Hm.", thought: true },
                { functionCall: { id: "c1", name: "f", args: { a: 1 } } },
              ],
            },
            { role: "tool", parts: [{ functionResponse: { id: "c1", response: { b: 2 } } }] },
          ],
        },
        { candidates: [{ content: { role: "model", parts: [{ text: "Ho" }] } }] },
      ),
    ],
  ];
  it.each(cases)("%s", (_what, attributes, events = []) => {
    expect(describeAttributes(attributes, events).messages).toEqual(expected);
  });

  function anEvent(name: string, attributes: Attributes): SpanEvent {
    return { timeUnixNano: nano(0), name, attributes };
  }
});

describe("a message's parts", () => {
  const cases: [string, unknown, unknown][] = [
    [
      "are images by URL",
      { type: "image_url", image_url: { url: "https://example.org/a.png" } },
      { type: "media", modality: "image", url: "https://example.org/a.png" },
    ],
    [
      "are images as data",
      { type: "image", source: { type: "base64", media_type: "image/png", data: "AA==" } },
      { type: "media", modality: "image", mimeType: "image/png", data: "AA==" },
    ],
    [
      "are Vercel's images",
      { type: "image", image: "AA==", mediaType: "image/jpeg" },
      { type: "media", modality: "image", mimeType: "image/jpeg", data: "AA==" },
    ],
    [
      "are GenAI's blobs",
      { type: "blob", mime_type: "audio/wav", modality: "audio", content: "AA==" },
      { type: "media", modality: "audio", mimeType: "audio/wav", data: "AA==" },
    ],
    [
      "are GenAI's URIs",
      { type: "uri", mime_type: "video/mp4", modality: "video", uri: "gs://a" },
      { type: "media", modality: "video", mimeType: "video/mp4", url: "gs://a" },
    ],
    [
      "are OpenAI's sounds",
      { type: "input_audio", input_audio: { data: "AA==", format: "wav" } },
      { type: "media", modality: "audio", mimeType: "audio/wav", data: "AA==" },
    ],
    [
      "are files by id",
      { type: "file", file: { file_id: "f1" } },
      { type: "media", modality: "file", fileId: "f1" },
    ],
    [
      "are Gemini's data",
      { inlineData: { mimeType: "image/png", data: "AA==" } },
      { type: "media", modality: "image", mimeType: "image/png", data: "AA==" },
    ],
    [
      "are OpenInference's images",
      { message_content: { type: "image", image: { image: { url: "data:image/png;base64,AA==" } } } },
      { type: "media", modality: "image", url: "data:image/png;base64,AA==" },
    ],
    [
      "of an unknown kind are kept",
      { type: "hologram", x: 1 },
      { type: "other", value: { type: "hologram", x: 1 } },
    ],
    ["of a hostile kind are kept", { type: "__proto__" }, { type: "other", value: { type: "__proto__" } }],
    ["that are null are kept", null, { type: "other", value: null }],
  ];
  it.each(cases)("%s", (_what, part, expected) => {
    const inputs = JSON.stringify({ messages: [{ role: "user", content: [part] }] });
    expect(describeAttributes({ "mlflow.spanInputs": inputs }).messages).toEqual([
      { direction: "input", role: "user", parts: [expected] },
    ]);
  });

  it.each([
    ["a mere text", '"Ho"', ["Ho"]],
    ["a list of texts, as DSPy's model does", '["Ho","Ha"]', ["Ho", "Ha"]],
  ])("come from an answer that is %s", (_what, outputs, texts) => {
    const attributes = {
      "mlflow.spanInputs": '{"messages":[{"role":"user","content":"Hi"}]}',
      "mlflow.spanOutputs": outputs,
    };
    expect(describeAttributes(attributes).messages?.slice(1)).toEqual(
      texts.map((text) => ({ direction: "output", role: "assistant", parts: [{ type: "text", text }] })),
    );
  });

  it("are absent if inputs and outputs are not messages", () => {
    for (const inputs of [
      "[]",
      "{}",
      '{"messages":[]}',
      '{"messages":"Hi"}',
      '{"messages":[1]}',
      '[{"role":"x"}]',
      "3",
    ]) {
      expect(
        describeAttributes({ "mlflow.spanInputs": inputs, "mlflow.spanOutputs": inputs }),
      ).not.toHaveProperty("messages");
    }
  });
});

describe("a retriever's documents", () => {
  const cases: [string, Attributes, unknown][] = [
    [
      "are MLflow's",
      { "mlflow.spanOutputs": '[{"page_content":"text","metadata":{"doc_uri":"a"},"id":"d1"}]' },
      { id: "d1", content: "text", metadata: { doc_uri: "a" } },
    ],
    [
      "are LangChain's",
      { "traceloop.entity.output": '[{"pageContent":"text","metadata":{}}]' },
      { content: "text", metadata: {} },
    ],
    [
      "are LlamaIndex's",
      { "mlflow.spanOutputs": '[{"node":{"id_":"d1","text":"text","metadata":{"a":1}},"score":0.5}]' },
      { id: "d1", content: "text", score: 0.5, metadata: { a: 1 } },
    ],
    [
      "are GenAI's",
      { "gen_ai.retrieval.documents": '[{"id":"d1","score":0.5}]' },
      { id: "d1", content: "", score: 0.5, metadata: {} },
    ],
    [
      "are OpenInference's",
      {
        "retrieval.documents.0.document.id": 7,
        "retrieval.documents.0.document.content": "text",
        "retrieval.documents.0.document.score": 0.5,
        "retrieval.documents.0.document.metadata": '{"a":1}',
      },
      { id: "7", content: "text", score: 0.5, metadata: { a: 1 } },
    ],
    [
      "are OpenInference's, reranked",
      { "reranker.output_documents.0.document.content": "text" },
      { content: "text", metadata: {} },
    ],
  ];
  it.each(cases)("%s", (_what, attributes, expected) => {
    expect(describeAttributes(attributes).documents).toEqual([expected]);
  });

  it("are absent if the outputs are something else", () => {
    for (const outputs of ["[]", "[1]", '[{"a":1}]', '"text"']) {
      expect(describeAttributes({ "mlflow.spanOutputs": outputs })).not.toHaveProperty("documents");
    }
  });
});

describe("the tools a model could call", () => {
  const parameters = { type: "object" };
  const tool = { name: "f", description: "does", parameters };
  const cases: [string, Attributes][] = [
    ["are MLflow's", { "mlflow.chat.tools": JSON.stringify([{ type: "function", function: tool }]) }],
    [
      "are a request's",
      {
        "mlflow.spanInputs": JSON.stringify({
          tools: [{ name: "f", description: "does", input_schema: parameters }],
        }),
      },
    ],
    ["are Gemini's", { "mlflow.spanInputs": JSON.stringify({ tools: [{ functionDeclarations: [tool] }] }) }],
    ["are GenAI's", { "gen_ai.tool.definitions": JSON.stringify([{ type: "function", ...tool }]) }],
    [
      "are OpenInference's",
      { "llm.tools.0.tool.json_schema": JSON.stringify({ type: "function", function: tool }) },
    ],
    [
      "are Traceloop's",
      {
        "llm.request.functions.0.name": "f",
        "llm.request.functions.0.description": "does",
        "llm.request.functions.0.parameters": '{"type":"object"}',
      },
    ],
    [
      "are Vercel's",
      {
        "ai.prompt.tools": [
          JSON.stringify({ type: "function", name: "f", description: "does", inputSchema: parameters }),
        ],
      },
    ],
  ];
  it.each(cases)("%s", (_what, attributes) => expect(describeAttributes(attributes).tools).toEqual([tool]));
});

describe("hostile spans", () => {
  it("nested 20,000 deep are described, digested and previewed", () => {
    for (const [open, close] of [
      ["[", "]"],
      ['{"a":', "}"],
    ] as const) {
      const deep = `${open.repeat(20_000)}1${close.repeat(20_000)}`;
      const keys = [
        "mlflow.spanInputs",
        "input.value",
        "gen_ai.input.messages",
        "traceloop.entity.input",
        "ai.prompt",
      ];
      for (const key of keys) {
        const span = aSpan({
          attributes: { [key]: deep, "mlflow.spanOutputs": deep, "mlflow.chat.messages": deep },
        });
        expect(describeSpan(span).inputs).toBeDefined();
        expect(digestSpan(span, 1).requestPreview).toMatch(/…$/);
      }
    }
  });

  it("with keys of a hundred thousand segments, or with __proto__ in them, do no harm", () => {
    const attributes = {
      [`gen_ai.prompt.0.${"a.".repeat(100_000)}z`]: "x",
      "gen_ai.prompt.0.__proto__.polluted": "yes",
      "gen_ai.prompt.99999999999.role": "user",
      "llm.prompts.__proto__": "x",
    };
    expect(() => describeAttributes(attributes as Attributes)).not.toThrow();
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("with wrong types everywhere are read as saying nothing", () => {
    const wrong = [null, true, [], {}, [[]], ""];
    const keys = Object.keys({
      ...(readSample("openinference_client_span_tool_calls.json") as Attributes),
      ...(readSample("otel_genai_client_span_tool_calls.json") as Attributes),
      ...(readSample("vercel-ai-generateText-doGenerate.json") as { attributes: Attributes }[])[0]!
        .attributes,
    });
    for (const value of wrong) {
      const span: Span = aSpan({ attributes: Object.fromEntries(keys.map((key) => [key, value])) });
      const { usage, messages } = describeSpan(span);
      expect(usage).toBeUndefined();
      expect(messages).toBeUndefined();
    }
  });
});

describe("a conversation in a provider's own format", () => {
  function answerParts(outputs: unknown) {
    const { messages } = describeAttributes({
      "mlflow.spanType": '"CHAT_MODEL"',
      "mlflow.spanInputs": JSON.stringify({ model: "m", messages: [{ role: "user", content: "Why?" }] }),
      "mlflow.spanOutputs": JSON.stringify(outputs),
    });
    return messages?.slice(1).flatMap(({ parts }) => parts);
  }
  const answered = (message: object) =>
    answerParts({ choices: [{ message: { role: "assistant", ...message } }] });

  it("has everything in an answer of the Responses API, not only its text", () => {
    const output = [
      { type: "web_search_call", id: "w", status: "completed", action: { type: "search", query: "sky" } },
      { type: "mcp_call", id: "m", name: "look", arguments: "{}", output: "blue" },
      { type: "image_generation_call", id: "i", result: "AAAA" },
      { type: "custom_tool_call", call_id: "c", name: "run", input: "now" },
      { type: "custom_tool_call_output", call_id: "c", output: "done" },
      { type: "of_next_year", value: 1 },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "It scatters." }] },
    ];
    expect(answerParts({ object: "response", output })).toEqual([
      { type: "tool_call", id: "w", name: "web_search", arguments: { type: "search", query: "sky" } },
      { type: "tool_call", id: "m", name: "look", arguments: {} },
      { type: "tool_call_response", id: "m", name: "look", response: "blue" },
      { type: "media", modality: "image", mimeType: "image/png", data: "AAAA" },
      { type: "tool_call", id: "c", name: "run", arguments: "now" },
      { type: "tool_call_response", id: "c", response: "done" },
      { type: "other", value: { type: "of_next_year", value: 1 } },
      { type: "text", text: "It scatters." },
    ]);
  });

  it("has a refusal, the transcript of audio, and calls of custom tools", () => {
    expect(answered({ content: null, refusal: "No." })).toEqual([{ type: "text", text: "No." }]);
    expect(answered({ content: null, audio: { id: "a", transcript: "Hello", data: "AAAA" } })).toEqual([
      { type: "text", text: "Hello" },
      { type: "media", modality: "audio", data: "AAAA" },
    ]);
    expect(
      answered({
        content: null,
        tool_calls: [{ id: "1", type: "custom", custom: { name: "run", input: "now" } }],
      }),
    ).toEqual([{ type: "tool_call", id: "1", name: "run", arguments: "now" }]);
  });

  it("has Anthropic's own tools and Ollama's images", () => {
    const content = [
      { type: "server_tool_use", id: "s", name: "web_search", input: { query: "sky" } },
      { type: "web_search_tool_result", tool_use_id: "s", content: [{ title: "Sky" }] },
    ];
    expect(answerParts({ role: "assistant", content })).toEqual([
      { type: "tool_call", id: "s", name: "web_search", arguments: { query: "sky" } },
      { type: "tool_call_response", id: "s", response: [{ title: "Sky" }] },
    ]);
    expect(answerParts({ message: { role: "assistant", content: "See:", images: ["AAAA"] } })).toEqual([
      { type: "text", text: "See:" },
      { type: "media", modality: "image", data: "AAAA" },
    ]);
  });

  it("is absent if a list holds no messages", () => {
    expect(answerParts([{ type: "tool_call", name: "look", args: {} }])).toEqual([]);
  });
});
