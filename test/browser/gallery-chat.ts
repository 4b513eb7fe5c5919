import type { Trace } from "@spanbook/core/model";
import { aSpan } from "../support/spans.js";
import { aTrace } from "../support/traces.js";

/** A red square of 16 by 16. */
const redSquare =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR4nGO4I6dDEmIY1TCqYfhqAABU4FcQKW7oygAAAABJRU5ErkJggg==";

/** A model that was shown pictures, thought, called a tool, and answered; and a tool with much to say. */
export function chatTrace(startMs = 0): Trace {
  const call = {
    id: "call_Wt3",
    type: "function",
    function: { name: "weather", arguments: '{"city":"Oslo"}' },
  };
  const messages = [
    { role: "system", content: "You help travellers. Use the tools; say what you do not know." },
    {
      role: "user",
      content: [
        { type: "text", text: "Do I need a coat here tomorrow?\n\n- leaving at **8**\n- on foot" },
        { type: "image_url", image_url: { url: redSquare } },
        { type: "image_url", image_url: { url: "https://example.com/pixel.png" } },
      ],
    },
    {
      role: "assistant",
      content: null,
      reasoning_content: "The square is the logo of the tram in Oslo.",
      tool_calls: [call],
    },
    {
      role: "tool",
      tool_call_id: "call_Wt3",
      content: '{"celsius":-4,"wind":{"metersPerSecond":7,"from":"N"}}',
    },
  ];
  const answer = { role: "assistant", content: "Yes: −4 °C and wind from the north at eight. A scarf too." };
  const hours = Array.from({ length: 24 }, (_, hour) => ({
    hour,
    celsius: -4 - (hour % 5),
    station: hour % 7 ? "Blindern" : "Oslo S",
  }));
  return aTrace([
    aSpan({ id: 1, name: "advise", type: "AGENT", startMs, endMs: startMs + 900, status: "OK" }),
    aSpan({
      id: 2,
      parent: 1,
      name: "chat",
      type: "CHAT_MODEL",
      model: "qwen3-vl-8b",
      startMs: startMs + 10,
      endMs: startMs + 870,
      inputs: { messages, temperature: 0.2 },
      outputs: { choices: [{ index: 0, message: answer, finish_reason: "stop" }], model: "qwen3-vl-8b" },
    }),
    aSpan({
      id: 3,
      parent: 1,
      name: "weather",
      type: "TOOL",
      startMs: startMs + 300,
      endMs: startMs + 420,
      inputs: { city: "Oslo" },
      outputs: { hours, raw: JSON.stringify({ source: "met.no", place: { name: "Oslo", height: 94 } }) },
    }),
  ]);
}

const talk = [
  ["What is a span?", "One step of a trace: a call of a model, a tool, or a function of yours."],
  ["And a trace?", "All the spans of one request, as a tree."],
  ["Which of them costs the most?", "The model's: see the tokens column of the list."],
] as const;

/** Three chat sessions in which each turn sends the model all that was said before; the last turn of one failed. */
export function sessionTraces(startMs = 0): Trace[] {
  return [1, 2, 3].flatMap((session) =>
    talk.map(([question, answer], turn) => {
      const id = session * 10 + turn;
      const at = startMs + session * 90_000 + turn * 20_000;
      const earlier = talk.slice(0, turn).flatMap(([asked, answered]) => [
        { role: "user", content: asked },
        { role: "assistant", content: answered },
      ]);
      const isFailed = session === 2 && turn === 2;
      return aTrace([
        aSpan({
          trace: id,
          id,
          name: "chat turn",
          type: "CHAT_MODEL",
          sessionId: `session-${session}`,
          startMs: at,
          endMs: at + 800 + 310 * turn,
          usage: { inputTokens: 40 * (turn + 1), outputTokens: 18, totalTokens: 40 * (turn + 1) + 18 },
          status: isFailed ? "ERROR" : "OK",
          inputs: { messages: [...earlier, { role: "user", content: question }] },
          ...(!isFailed && { outputs: { role: "assistant", content: answer } }),
        }),
      ]);
    }),
  );
}
