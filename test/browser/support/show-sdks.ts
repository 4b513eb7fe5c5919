/** A page of SDKs: `sdksPage.run(url, name)` returns what one's program returned, traced and not, and its spans. */
import { createTracing, type Tracing } from "@spanbook/core";
import { createMemoryStore } from "@spanbook/core/memory";
import { toTree } from "../../support/trace-tree.js";

export interface SdksPage {
  readonly names: readonly string[];
  run(url: string, name: string): Promise<SdkRun>;
}

export interface SdkRun {
  readonly traced: unknown;
  readonly untraced: unknown;
  /** One tree per trace; a span whose parent was inferred is marked with "?". */
  readonly trees: readonly (readonly string[])[];
  readonly errors: readonly string[];
}

/** What each does: a plain call, a stream, and a loop with a tool. */
export interface Program {
  plain(): Promise<unknown>;
  stream?(): Promise<unknown>;
  loop?(): Promise<unknown>;
}

/** `tracing` is given if its calls are to be traced. */
export type Sdk = (url: string, tracing: Tracing | undefined) => { program: Program; stop?: () => void };

/** Makes the page global; no trace may contain the key. */
export function showSdks(sdks: Readonly<Record<string, Sdk>>, key: string): void {
  const page: SdksPage = {
    names: Object.keys(sdks),
    async run(url, name) {
      const errors: string[] = [];
      const store = createMemoryStore();
      const tracing = createTracing({ store, onError: (error) => errors.push(String(error)) });
      const sdk = sdks[name];
      if (!sdk) throw new Error(`there is no ${name}`);
      const untraced = await runAll(sdk(url, undefined).program, (run) => run());
      const { program, stop } = sdk(url, tracing);
      const traced = await runAll(program, (run, step) => tracing.withSpan(run, { name: step }));
      stop?.();
      await tracing.flush();
      const { traces } = await store.search({ includeSpans: true, orderBy: ["timestamp_ms ASC"] });
      if (JSON.stringify(traces).includes(key)) errors.push("the key is in the traces");
      const trees = traces.map(({ data: { spans } }) =>
        toTree(
          spans.map((span) => ({
            ...span,
            name: span.attributes["spanbook.parent"] === undefined ? span.name : `${span.name} ?`,
          })),
        ),
      );
      await tracing.shutdown();
      return { traced, untraced, trees, errors };
    },
  };
  Object.assign(globalThis, { sdksPage: page });
}

async function runAll(
  program: Program,
  run: (step: () => Promise<unknown>, name: string) => Promise<unknown>,
): Promise<unknown> {
  const answers: Record<string, unknown> = {};
  for (const [name, step] of Object.entries(program) as [string, () => Promise<unknown>][]) {
    answers[name] = await run(step, name);
  }
  return JSON.parse(JSON.stringify(answers)) as unknown;
}

/** All parts of a stream. */
export async function collect<Part>(parts: AsyncIterable<Part>): Promise<Part[]> {
  const all: Part[] = [];
  for await (const part of parts) all.push(part);
  return all;
}
