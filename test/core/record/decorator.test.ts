import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { SpanType, type Tracing } from "@spanbook/core";
import { describeSpan } from "@spanbook/core/model";
import { createRecordingWorld } from "../../support/tracing.js";

describe("trace as a standard decorator", () => {
  it("traces methods, including static and private ones, with this and their names", async () => {
    const { tracing, allTraces } = createRecordingWorld();
    class Bot {
      readonly name = "bot";

      @tracing.trace({ spanType: SpanType.AGENT })
      async ask(question: string) {
        await Promise.resolve();
        return `${this.name}: ${this.#answer(question)}`;
      }

      @tracing.trace()
      #answer(question: string) {
        return question.toUpperCase();
      }

      @tracing.trace
      static create(count = 2) {
        return Array.from({ length: count }, () => new this());
      }

      @tracing.trace({ name: "renamed" })
      [Symbol.toPrimitive]() {
        return "primitive";
      }

      @tracing.trace()
      greet = (who: string) => `${this.name} greets ${who}`;
    }

    const [bot] = Bot.create();
    expect(await bot?.ask("why")).toBe("bot: WHY");
    expect(String(bot)).toBe("primitive");
    expect(bot?.greet("you")).toBe("bot greets you");
    expect([Bot.prototype.ask.name, Bot.prototype.ask.length, Bot.create.name]).toEqual(["ask", 1, "create"]);

    const spans = (await allTraces()).flatMap(({ data }) => data.spans);
    const seen = spans.map((span) => [span.name, describeSpan(span).type, describeSpan(span).inputs]);
    expect(seen).toEqual(
      expect.arrayContaining([
        ["create", "UNKNOWN", { count: 2 }],
        ["ask", "AGENT", { question: "why" }],
        ["#answer", "UNKNOWN", { question: "why" }],
        ["renamed", "UNKNOWN", ["string"]],
        ["greet", "UNKNOWN", { who: "you" }],
      ]),
    );
    expect(seen).toHaveLength(5);
  });

  it("leaves getters, setters, accessors and fields without a function alone", async () => {
    const { tracing, store } = createRecordingWorld();
    const anyDecorator = tracing.trace({ name: "never" }) as unknown as <Value>(
      value: Value,
      context: DecoratorContext,
    ) => void;
    class Box {
      @anyDecorator
      get size() {
        return 3;
      }
      @anyDecorator
      accessor width = 4;
      @tracing.trace()
      depth = 5;
    }
    const box = new Box();
    box.width = 6;
    expect([box.size, box.width, box.depth]).toEqual([3, 6, 5]);
    await tracing.flush();
    expect((await store.search({})).traces).toEqual([]);
  });

  it("traces methods called by super, and lets them be overridden", async () => {
    const { tracing, allTraces } = createRecordingWorld();
    class Base {
      @tracing.trace()
      run(n: number) {
        return n + 1;
      }
    }
    class Derived extends Base {
      override run(n: number) {
        return super.run(n) * 10;
      }
    }
    expect(new Derived().run(1)).toBe(20);
    expect((await allTraces()).map(({ info }) => info.name)).toEqual(["run"]);
  });
});

describe("trace as a legacy TypeScript decorator", () => {
  it("traces methods and static methods, and leaves getters alone", async () => {
    const { tracing, allTraces } = createRecordingWorld();
    const Bot = compileLegacy(
      `class Bot {
        name = "bot";
        @trace({ spanType: "AGENT" }) ask(question: string) { return this.name + question; }
        @trace static create() { return new this(); }
        @trace() get size() { return 3; }
      }`,
      tracing,
    );
    const bot = Bot.create();
    expect([bot.ask("?"), bot.size, bot.ask.name]).toEqual(["bot?", 3, "ask"]);
    const traces = await allTraces();
    expect(traces.map(({ info }) => info.name).sort()).toEqual(["ask", "create"]);
  });

  it("compiles without errors if TypeScript uses the older decorators", () => {
    const file = fileURLToPath(new URL("legacy-types.ts", import.meta.url));
    const configFile = ts.findConfigFile(file, (path) => ts.sys.fileExists(path)) ?? "";
    const { config } = ts.readConfigFile(configFile, (path) => ts.sys.readFile(path)) as { config: object };
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(configFile));
    const program = ts.createProgram([file], { ...options, experimentalDecorators: true });
    const problems = program.getSemanticDiagnostics(program.getSourceFile(file));
    expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "))).toEqual([]);
  }, 60_000);
});

interface LegacyBot {
  readonly size: number;
  ask(question: string): string;
}

function compileLegacy(source: string, { trace }: Tracing): { create(): LegacyBot } {
  const { outputText } = ts.transpileModule(`${source}; return Bot;`, {
    compilerOptions: { experimentalDecorators: true, target: ts.ScriptTarget.ES2022 },
  });
  return (new Function("trace", outputText) as (trace: unknown) => { create(): LegacyBot })(trace);
}
