import { addChunkEvent } from "../record/chunk-events.js";
import type { LiveSpan } from "../record/live-span.js";
import { describeModelCall, timeToFirstChunkKey, tokensPerSecondKey } from "./model-call.js";

/**
 * What a generating model of @huggingface/transformers passes its tokens to: first the prompt's, then those of each
 * step.
 */
export interface Streamer {
  put(tokens: readonly (readonly unknown[])[]): void;
  end(): void;
  /** A `TextStreamer` calls it with each piece of text. */
  callback_function?: unknown;
}

export interface TokenCounter {
  /** Passes everything on to the caller's. */
  readonly streamer: Streamer;
  /** Sets on the span what was counted. */
  describe(span: LiveSpan): void;
}

export function countTokens(span: LiveSpan, streamer: Streamer | undefined): TokenCounter {
  const steps: { readonly count: number; readonly atNs: bigint }[] = [];
  let textCount = 0;

  function noteText(text: unknown): void {
    addChunkEvent(span, textCount, text);
    textCount++;
  }

  /** While the caller's streamer runs, its listener is replaced by ours. */
  function handOn(run: (target: Streamer) => void): void {
    if (!streamer) return;
    const { callback_function: tell } = streamer;
    if (typeof tell !== "function") return run(streamer);
    streamer.callback_function = (...texts: unknown[]) => {
      noteText(texts[0]);
      return Reflect.apply(tell, streamer, texts) as unknown;
    };
    try {
      run(streamer);
    } finally {
      streamer.callback_function = tell;
    }
  }

  return {
    streamer: {
      put(tokens) {
        const count = tokens.reduce((sum, row) => sum + row.length, 0);
        steps.push({ count, atNs: BigInt(span.traceScope.clock.now()) });
        handOn((target) => target.put(tokens));
      },
      end: () => handOn((target) => target.end()),
    },
    describe(described) {
      const [prompt, first, ...others] = steps;
      if (!prompt || !first) return;
      const last = others.at(-1) ?? first;
      const later = others.reduce((sum, { count }) => sum + count, 0);
      const seconds = Number(last.atNs - first.atNs) / 1e9;
      describeModelCall(described, {
        usage: { input_tokens: prompt.count, output_tokens: first.count + later },
      });
      described.setAttributes({
        [timeToFirstChunkKey]: Number(first.atNs - BigInt(described.startTimeUnixNano)) / 1e9,
        [tokensPerSecondKey]: seconds > 0 ? later / seconds : undefined,
      });
    },
  };
}
