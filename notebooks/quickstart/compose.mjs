// The step that writes an answer: traced once, whoever writes.
import { getCurrentActiveSpan, SpanType, trace } from "@spanbook/core";

/** A traced generator of an answerer's tokens. Its span has the whole text, the model, and how many tokens it read and wrote. */
export function createCompose(answerer) {
  return trace(
    async function* compose(question, documents) {
      const span = getCurrentActiveSpan();
      span?.setAttributes({ "mlflow.llm.model": answerer.model, "mlflow.llm.provider": answerer.provider });
      yield* answerer.stream(question, documents, (usage) =>
        span?.setAttribute("mlflow.chat.tokenUsage", JSON.stringify(usage)),
      );
    },
    { spanType: SpanType.LLM, outputReducer: (tokens) => tokens.join("") },
  );
}
