import type { Trace } from "@spanbook/core/model";
import { aSpan } from "./spans.js";
import { aTrace } from "./traces.js";

/** An answer as models write them, with everything that Markdown has. */
export const markdownAnswer = `## Which store should I take?

Take **IndexedDB** in a page and *sql.js* in a script. Both keep a \`Span\` as it was written; ~~none~~ neither parses it, see
[the guide](https://example.com/stores?from=chat&lang=en "Stores") or https://example.com/faq.

1. Open it:
   - \`openStore("traces")\` in a page
   - \`openStore("traces.db")\` in Node
2. Record, then look:

   > A batch is **durable** when \`write\` resolves.
   >
   > - also after \`kill -9\`
3. Tidy up

### What it costs

| Store | Write, a span | Where | What is kept when the tab is closed while spans are still open |
|:--|--:|:-:|---|
| idb | 4.5 µs | page | all that was acknowledged, and what the page noted when it was hidden |
| sqljs | 6 µs | Node | all of it |

\`\`\`ts
import { openStore } from "@spanbook/store-idb";

const store = await openStore("traces"); // a worker of its own, <b>not</b> the page; falls back to memory where there is no IndexedDB
\`\`\`

- [x] read the journal
- [ ] fold it

---

![a plan of the tables](https://example.com/plan.png) <sub>as of today</sub>
`;

const question = `<context>
Two processes write to one file.
</context>

Which store should I take? I have:
  1. a page
  2. a script

\`\`\`
$ ls
traces.db
\`\`\``;

/** A model that answers in Markdown, and an agent that returns only the answer's text. */
export function markdownTrace(startMs = 0): Trace {
  const common = { startMs, sessionId: "session-markdown" };
  return aTrace(
    [
      aSpan({
        ...common,
        id: 1,
        name: "advise",
        type: "AGENT",
        endMs: startMs + 900,
        inputs: { question: "Which store?" },
        outputs: markdownAnswer,
      }),
      aSpan({
        ...common,
        id: 2,
        parent: 1,
        name: "chat",
        type: "CHAT_MODEL",
        model: "qwen3-8b",
        endMs: startMs + 870,
        inputs: {
          messages: [
            { role: "system", content: "Answer in **Markdown**. Never guess." },
            { role: "user", content: question },
          ],
        },
        outputs: {
          role: "assistant",
          reasoning_content: "**Weighing the stores**\n\nThe page needs IndexedDB.",
          content: markdownAnswer,
        },
      }),
    ],
    { requestPreview: "Which store should I take?", responsePreview: markdownAnswer.slice(0, 300) },
  );
}
