/**
 * Libraries whose models run in the program itself: the real packages, one with models of a few hundred bytes, the other as far as it
 * gets without a GPU.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { tracedPipeline, tracedPipelineLoader, untraced } from "@spanbook/core/huggingface";
import { describeSpan } from "@spanbook/core/model";
import { tracedWebLLM } from "@spanbook/core/web-llm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { compareTraced } from "../support/compare-traced.js";
import { createRecordingWorld } from "../support/tracing.js";
import { findPackage } from "./packages.mjs";
import { writeTinyModels } from "./tiny-models.js";

type Pipeline = ((inputs: unknown, options?: object) => Promise<unknown>) & { readonly tokenizer: object };
type Load = (task: string, model?: string, options?: object) => Promise<Pipeline>;

interface Transformers {
  readonly pipeline: Load;
  readonly env: Record<string, unknown>;
  readonly TextStreamer: new (tokenizer: object, options: object) => object;
}

const missing = (name: string) => `${name} is not installed: node test/interop/install.mjs`;

describe("@huggingface/transformers", () => {
  const url = findPackage("@huggingface/transformers");
  let transformers: Transformers;
  let folder: string | undefined;

  beforeAll(async () => {
    if (url === undefined) return;
    transformers = (await import(url)) as Transformers;
    folder = await mkdtemp(path.join(tmpdir(), "spanbook-models-"));
    await writeTinyModels(folder);
    Object.assign(transformers.env, { localModelPath: folder, allowRemoteModels: false, useFSCache: false });
  });
  afterAll(async () => {
    if (folder) await rm(folder, { recursive: true });
  });
  beforeEach(({ skip }) => {
    if (url === undefined) skip(missing("@huggingface/transformers"));
  });

  const load = (task = "text-generation", model = "tiny-gpt2") =>
    transformers.pipeline(task, model, { dtype: "fp32" });

  /** Runs a program with a pipeline that is traced and one that is not: it must return the same. */
  function compare(program: (pipeline: Pipeline) => Promise<unknown>, ...model: string[]) {
    return compareTraced(
      "nothing secret",
      async () => program(await load(...model)),
      async (world) => program(tracedPipeline(await load(...model), world)),
    );
  }

  test("a generated text has its tokens", async () => {
    const { spans, outcome } = await compare((pipe) => pipe("the sky", { max_new_tokens: 8 }));
    expect(outcome).toEqual([{ generated_text: "the sky is blue today." }]);
    expect(spans).toMatchObject([{ name: "transformers.text-generation", status: { code: 1 } }]);
    expect(describeSpan(spans[0]!)).toMatchObject({
      type: "LLM",
      provider: "huggingface",
      inputs: { inputs: "the sky", max_new_tokens: 8 },
      outputs: outcome,
      usage: { inputTokens: 2, outputTokens: 5 },
    });
  });

  test("a streamer gets the same as untraced, and its texts are on the span with the delay of the first", async () => {
    const { spans, outcome } = await compare(async (pipe) => {
      const texts: string[] = [];
      const streamer = new transformers.TextStreamer(pipe.tokenizer, {
        skip_prompt: true,
        callback_function: (text: string) => texts.push(text),
      });
      await pipe("the sky", { max_new_tokens: 8, streamer });
      return texts;
    });
    expect(outcome).toEqual(["is ", "blue ", "today."]);
    const [span] = spans;
    expect(span?.events?.map(({ attributes }) => attributes?.["mlflow.chunk.value"])).toEqual(outcome);
    expect(span?.attributes["gen_ai.response.time_to_first_chunk"]).toBe(0);
  });

  test("tokens per second are those after the first", async () => {
    const world = createRecordingWorld();
    const pipe = tracedPipeline(await load(), world);
    const streamer = { put: () => world.advance(250), end: () => undefined };
    await pipe("the sky", { max_new_tokens: 8, streamer });
    const [span] = await world.onlyTrace();
    expect(span?.attributes["spanbook.tokens_per_second"]).toBe(4);
  });

  test("a chat is a call to a chat model, with the answer as its last message", async () => {
    const { spans } = await compare((pipe) =>
      pipe([{ role: "user", content: "the sky" }], { max_new_tokens: 8 }),
    );
    expect(describeSpan(spans[0]!)).toMatchObject({
      type: "CHAT_MODEL",
      messages: [
        { role: "user", parts: [{ text: "the sky" }] },
        { role: "assistant", parts: [{ text: " the sky is blue today." }] },
      ],
    });
  });

  test("vectors are recorded by their dimensions", async () => {
    const { spans } = await compare(
      async (embed) => {
        const { data } = (await embed("the sky", { pooling: "mean" })) as { data: Float32Array };
        return [...data];
      },
      "feature-extraction",
      "tiny-bert",
    );
    expect(describeSpan(spans[0]!)).toMatchObject({
      type: "EMBEDDING",
      outputs: { dims: [1, 3], type: "float32" },
    });
  });

  test("loading is a span with its progress, and what is loaded is traced", async () => {
    const world = createRecordingWorld();
    const told: string[] = [];
    const progress_callback = ({ status }: { status: string }) => told.push(status);
    const traced = tracedPipelineLoader(transformers.pipeline, world);
    const pipe = await traced("text-generation", "tiny-gpt2", { dtype: "fp32", progress_callback });
    await pipe("the sky", { max_new_tokens: 8 });
    const [loading, call] = (await world.allTraces()).flatMap(({ data }) => data.spans);
    expect(loading).toMatchObject({
      name: "transformers.load",
      events: expect.arrayContaining([
        expect.objectContaining({ name: "model.load", attributes: { file: "onnx/model.onnx" } }),
      ]) as unknown,
    });
    expect(describeSpan(loading!)).toMatchObject({ model: "tiny-gpt2", provider: "huggingface" });
    expect(describeSpan(loading!).outputs).toBeUndefined();
    expect(describeSpan(call!)).toMatchObject({ model: "tiny-gpt2", usage: { outputTokens: 5 } });
    expect(told).toContain("ready");
  });

  test("a missing model and a failed call are errors", async () => {
    const { spans, outcome } = await compareTraced(
      "nothing secret",
      () => load("text-generation", "nowhere"),
      (world) =>
        tracedPipelineLoader(transformers.pipeline, world)("text-generation", "nowhere", { dtype: "fp32" }),
    );
    expect(outcome).toMatchObject({ name: "ModelFileNotFoundError" });
    expect(spans).toMatchObject([{ status: { code: 2 } }]);
    const failed = await compare((pipe) => pipe(42));
    expect(failed.spans).toMatchObject([{ status: { code: 2 } }]);
  });

  test("untraced restores the pipeline as it was", async () => {
    const world = createRecordingWorld();
    const pipe = untraced(tracedPipeline(await load(), world));
    await pipe("the sky", { max_new_tokens: 2 });
    expect(await world.allTraces()).toEqual([]);
    expect(Object.getOwnPropertyNames(pipe)).not.toContain("_call");
  });
});

describe("@mlc-ai/web-llm", () => {
  const url = findPackage("@mlc-ai/web-llm");
  type Request = { stream?: boolean; messages: object[] };
  interface Engine {
    readonly chat: { readonly completions: { create(request: Request): Promise<unknown> } };
    chatCompletion(request: Request): Promise<unknown>;
    reload(model: string): Promise<void>;
    getInitProgressCallback(): ((report: object) => void) | undefined;
    unload(): Promise<void>;
  }
  let newEngine: (config?: object) => Engine;

  beforeEach(({ skip }) => {
    if (url === undefined) skip(missing("@mlc-ai/web-llm"));
  });
  beforeAll(async () => {
    if (url === undefined) return;
    const { MLCEngine } = (await import(url)) as { MLCEngine: new (config?: object) => Engine };
    newEngine = (config) => new MLCEngine({ logLevel: "SILENT", ...config });
  });

  const messages = [{ role: "user", content: "hello there" }];

  function compare(program: (engine: Engine) => Promise<unknown>) {
    return compareTraced(
      "nothing secret",
      () => program(newEngine()),
      (world) => program(tracedWebLLM(newEngine(), world)),
    );
  }

  test("an engine without a model and an unknown model fail as they do untraced", async () => {
    const asked = await compare((engine) => engine.chat.completions.create({ messages }));
    expect(asked.outcome).toMatchObject({ name: "ModelNotLoadedError" });
    expect(asked.spans).toMatchObject([{ name: "web-llm.chat.completions.create", status: { code: 2 } }]);
    const loaded = await compare((engine) => engine.reload("no model"));
    expect(loaded.outcome).toMatchObject({ name: "ModelNotFoundError" });
    expect(loaded.spans).toMatchObject([{ name: "web-llm.reload", status: { code: 2 } }]);
  });

  test("the progress of loading is on its span, and also goes to the program's own listener", async () => {
    const world = createRecordingWorld();
    const heard: object[] = [];
    const engine = newEngine({ initProgressCallback: (report: object) => heard.push(report) });
    // What the part that needs a GPU reports.
    Object.assign(engine, {
      reloadInternal() {
        for (const progress of [0, 0.04, 0.5, 1]) {
          engine.getInitProgressCallback()?.({ progress, timeElapsed: 1, text: "loading" });
        }
        return Promise.resolve();
      },
    });
    await tracedWebLLM(engine, world).reload("tiny");
    const [span] = await world.onlyTrace();
    expect(heard).toHaveLength(4);
    expect(describeSpan(span!)).toMatchObject({
      model: "tiny",
      provider: "web-llm",
      inputs: { model: "tiny" },
    });
    expect(span?.events?.map(({ attributes }) => attributes?.["progress"])).toEqual([0, 0.5, 1]);
    const own = engine.getInitProgressCallback();
    untraced(engine);
    expect(engine.getInitProgressCallback()).not.toBe(own);
  });

  test("an answer and a stream have tokens, their rate and the delay, as the engine reports them", async () => {
    const usage = {
      prompt_tokens: 2,
      completion_tokens: 3,
      total_tokens: 5,
      extra: { decode_tokens_per_s: 42, time_to_first_token_s: 0.5 },
    };
    const whole = {
      object: "chat.completion",
      model: "tiny",
      choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "hello you" } }],
      usage,
    };
    const { spans, outcome } = await compare(async (engine) => {
      // What the model would say, in the shapes of the package's declarations.
      engine.chatCompletion = ({ stream }) => Promise.resolve(stream ? chunks() : whole);
      const parts: unknown[] = [await engine.chat.completions.create({ messages })];
      const stream = await engine.chat.completions.create({ messages, stream: true });
      for await (const part of stream as AsyncIterable<unknown>) parts.push(part);
      return parts;
    });
    expect(outcome).toHaveLength(4);
    expect(spans).toHaveLength(2);
    for (const span of spans) {
      expect(describeSpan(span)).toMatchObject({
        model: "tiny",
        usage: { inputTokens: 2, outputTokens: 3 },
        messages: [{ role: "user" }, { role: "assistant", parts: [{ text: "hello you" }] }],
      });
      expect(span.attributes).toMatchObject({
        "spanbook.tokens_per_second": 42,
        "gen_ai.response.time_to_first_chunk": 0.5,
      });
    }

    async function* chunks() {
      for (const content of ["hello ", "you"]) {
        const choices = [{ index: 0, delta: { role: "assistant", content } }];
        yield await Promise.resolve({ object: "chat.completion.chunk", model: "tiny", choices });
      }
      yield { object: "chat.completion.chunk", model: "tiny", choices: [], usage };
    }
  });
});
