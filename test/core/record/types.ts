/** What the compiler must accept and what it must refuse; checked by `npm run types`, never run. */
import {
  inject,
  logFeedback,
  searchTraces,
  setExperiment,
  startSpan,
  trace,
  updateCurrentTrace,
  withSpan,
  SpanType,
  type LiveSpan,
  type TraceDecorator,
} from "@spanbook/core";
import { createMemoryStore } from "@spanbook/core/memory";
import { uploadOtlp } from "@spanbook/core/upload";

const add = trace((a: number, b: number) => a + b, { name: "add" });
export const sum: number = add(1, 2);
// @ts-expect-error a traced function keeps its parameters
add("1", 2);
// @ts-expect-error and their number
add(1);
// @ts-expect-error an option that is not there
trace(() => 1, { title: "x" });
// @ts-expect-error what is no function
trace(3);

const generic = trace(<Value>(value: Value): Value => value);
export const text: string = generic("x");
const asynchronous = trace(async (n: number) => Promise.resolve(n));
export const promise: Promise<number> = asynchronous(1);
export const generator: Generator<number> = trace(function* () {
  yield 1;
})();
export const decorator: TraceDecorator = trace({ spanType: SpanType.TOOL });

export class Bot {
  @trace({ spanType: "MY_OWN_TYPE" })
  async ask(question: string): Promise<string> {
    return Promise.resolve(question);
  }
  @trace
  static create(): Bot {
    return new Bot();
  }
  @trace()
  #hidden(n: number): number {
    return n;
  }
  @trace
  whisper = (who: string): string => who;
  @trace()
  greet = (who: string): string => who + String(this.#hidden(1));
}
export const asked: Promise<string> = new Bot().ask("x");
// @ts-expect-error a decorated method keeps its parameters
void new Bot().ask(1);

export const result: number = withSpan((span: LiveSpan) => span.setInputs(1).traceId.length, { name: "s" });
// @ts-expect-error the span that begins is the function's only argument
withSpan((span: string) => span);
// @ts-expect-error a span has a name
startSpan({ spanType: "LLM" });
// @ts-expect-error tags are text
updateCurrentTrace({ tags: { count: 1 } });
// @ts-expect-error a trace's state is OK or ERROR
updateCurrentTrace({ state: "IN_PROGRESS" });
// @ts-expect-error an assessment's source is one of three
void logFeedback({ traceId: "t", value: 1, source: { sourceType: "ROBOT", sourceId: "x" } });
setExperiment({ experimentId: "e" });
// @ts-expect-error an experiment is a text, or has an id
setExperiment(7);

declare const maybe: string | undefined;
void searchTraces({ filter: maybe, pageToken: maybe, runId: maybe, maxResults: undefined });
void uploadOtlp(createMemoryStore(), { endpoint: maybe, signal: undefined });
export const headers: Record<string, string> = inject();
