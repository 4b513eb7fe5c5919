import { createMemoryStore } from "@spanbook/core/memory";
import { SpanbookSpanProcessor } from "@spanbook/core/otel";
import { exportOtlp, importOtlp } from "@spanbook/core/otlp";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import { createRedaction, type RedactionOptions } from "@spanbook/core/redact";
import { uploadOtlp } from "@spanbook/core/upload";
import { createReport } from "@spanbook/widget";
import { describe, expect, it } from "vitest";
import { openOtlpServer } from "../../support/otlp-server.js";
import { createRecordingWorld } from "../../support/tracing.js";

/** Made up here, each in its provider's format. */
const secrets: Record<string, string> = {
  "a key of OpenAI": `sk-proj-${"aB3".repeat(12)}`,
  "a key of Amazon": `AKIA${"Q7Z2".repeat(4)}`,
  "a key of Google": `AIza${"Sy_9".repeat(9)}`,
  "a token of GitHub": `ghp_${"x9Kq".repeat(9)}`,
  "a token of Hugging Face": `hf_${"mN4b".repeat(9)}`,
  "a token of Slack": `xoxb-${"123456789".repeat(3)}`,
  "a JSON Web Token": `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.${"s5X-".repeat(8)}`,
  "an authorization header": "Bearer abcDEF123456.ghi_jkl",
  "a private key": `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n${"MIIE".repeat(40)}\n-----END RSA PRIVATE KEY-----`,
  "a password in an address": "hunter-2-hunter",
};
const inText = (what: string, secret: string) =>
  what.endsWith("address")
    ? `connect to postgres://admin:${secret}@db.example/main now`
    : `use ${secret} now`;

/** Everything that a store holds of a program that has the text everywhere. */
async function storedOf(text: string, options?: RedactionOptions): Promise<string> {
  const store = createMemoryStore();
  const { tracing, errors } = createRecordingWorld({ store, redact: createRedaction(options) });
  const failing = tracing.trace(
    (question: string) => {
      tracing.updateCurrentTrace({ tags: { note: text }, metadata: { from: text }, requestPreview: text });
      tracing.getCurrentActiveSpan()?.addEvent({ name: "said", attributes: { text } });
      tracing.getCurrentActiveSpan()?.setAttribute("list", [text, { deep: text }]);
      throw Object.assign(new Error(`${question} failed`), { cause: new Error(text) });
    },
    { name: `ask ${text}` },
  );
  expect(() => failing(text)).toThrow("failed");
  const answering = tracing.trace((body: unknown) => ({ body, arguments: JSON.stringify({ body }) }));
  answering({ messages: [{ role: "user", content: text }] });
  await tracing.flush();
  expect(errors).toEqual([]);
  const { traces } = await store.search({ includeSpans: true });
  expect(traces).toHaveLength(2);
  return JSON.stringify(traces);
}

describe("createRedaction", () => {
  for (const [what, secret] of Object.entries(secrets)) {
    it(`keeps ${what} out of everything that is stored`, async () => {
      const stored = await storedOf(inText(what, secret));
      expect(stored).toContain("[redacted");
      for (const part of secret.split("\n").filter((line) => line.length > 20)) {
        expect(stored).not.toContain(part);
      }
      if (!secret.includes("\n")) expect(stored).not.toContain(secret);
      expect(stored).toContain("now");
    });
  }

  it("redacts values under keys such as password, in objects and in JSON text inside them", async () => {
    const store = createMemoryStore();
    const { tracing } = createRecordingWorld({ store, redact: createRedaction({ keys: ["internal-note"] }) });
    const login = tracing.trace((request: object) => request);
    login({
      user: "eve",
      password: "swordfish",
      headers: { "X-API-Key": "swordfish", "Set-Cookie": ["swordfish"] },
    });
    login({
      arguments: JSON.stringify({ client_secret: "swordfish", internalNote: "swordfish", query: "tides" }),
    });
    tracing.withSpan((span) => span.setAttribute("http.request.header.authorization", "swordfish"), {
      name: "call",
    });
    await tracing.flush();
    const stored = JSON.stringify(await store.search({ includeSpans: true }));
    expect(stored).not.toContain("swordfish");
    expect(stored).toContain("eve");
    expect(stored).toContain("tides");
  });

  it("redacts data under the names of ids and times, and in the keys of objects", async () => {
    const store = createMemoryStore();
    const { tracing, errors } = createRecordingWorld({
      store,
      redact: createRedaction({ personalData: true }),
    });
    const key = secrets["a key of OpenAI"]!;
    const data = { spanId: key, events: [{ timeUnixNano: key }], [key]: { traceId: [key] } };
    const ask = tracing.trace((request: object) => request);
    ask({ ...data, text: JSON.stringify(data) });
    ask({ "ada@mail.example": 1, "eve@mail.example": 2, card: 4111111111111111 });
    tracing.withSpan(
      (span) => {
        span.setAttributes({ [key]: key, "payment.card": 4111111111111111n, card: 6011000000000000001n });
        span.addEvent({ name: key, attributes: { [key]: key, span_id: key } });
        span.updateTrace({ tags: { [key]: key, spanId: key } });
      },
      { name: "call" },
    );
    await tracing.flush();
    expect(errors).toEqual([]);
    const stored = JSON.stringify(await store.search({ includeSpans: true }));
    expect(stored).not.toContain(key);
    expect(stored).not.toMatch(/@mail|4111111111111111|6011000000000000001/);
    expect(stored).toContain(
      '{\\"[redacted: email]\\":1,\\"[redacted: email] 2\\":2,\\"card\\":\\"[redacted: card number]\\"}',
    );
    // Whole: a number beyond a double has become text.
    const { errors: refused, spans } = await importOtlp(createMemoryStore(), exportOtlp(store));
    expect([refused, spans]).toEqual([[], 3]);
  });

  it("keeps an assessment's ids, but no secret in what it says", () => {
    const { patch } = createRedaction();
    const key = secrets["a key of OpenAI"]!;
    const source = { sourceType: "HUMAN", sourceId: "ada" };
    const said = { name: "good", type: "feedback", source, timeMs: 1, spanId: "4111111111111111" };
    const given = { ...said, value: { spanId: key, [key]: 1 }, rationale: `because of ${key}` };
    const kept = patch?.({
      ...{ id: "1", traceId: "2", key: "3" },
      ...{ op: "setAssessment", value: JSON.stringify(given) },
    });
    expect(JSON.stringify(kept)).not.toContain(key);
    expect(JSON.parse((kept as { value: string }).value)).toMatchObject(said);
  });

  it("keeps secrets out of resources, such as the command line that an OpenTelemetry SDK records", async () => {
    const store = createMemoryStore();
    const { tracing, errors } = createRecordingWorld({ store, redact: createRedaction() });
    const key = secrets["a key of OpenAI"]!;
    const provider = new TracerProvider({
      spanProcessors: [new SpanbookSpanProcessor({ tracing })],
      resource: resourceFromAttributes({
        "service.name": "shop",
        "process.command_args": ["node", "shop.js", `--key=${key}`],
      }) as never,
    });
    provider.getTracer("library").startSpan("call").end();
    await tracing.flush();
    expect(errors).toEqual([]);
    const { traces } = await store.search({ includeSpans: true });
    const resources = JSON.stringify(traces[0]!.data.resources);
    expect(resources).toContain("[redacted: key]");
    expect(resources).toContain("shop");
    expect(resources).not.toContain(key);
  });

  it("leaves a tool's schema with a parameter named password readable", async () => {
    const schema = {
      type: "object",
      properties: { password: { type: "string", description: "the new one" } },
    };
    expect(await storedOf(JSON.stringify(schema))).toContain("the new one");
  });

  it("keeps token counts, ids and times, and leaves other text as it is", async () => {
    const store = createMemoryStore();
    const redact = createRedaction({ personalData: true });
    const { tracing, onlyTrace } = createRecordingWorld({ store, redact });
    const text =
      "max_tokens: 100, a task-force, sk-learn, basic training, 4111 1111 1111 1112, 3.14159265358979, 10:20:30, a[1::2], std::abc, 00:1a:2b:3c:4d:5e";
    const answer = tracing.trace((question: string) => ({
      question,
      usage: { total_tokens: 1234 },
      max_tokens: 5,
    }));
    answer(text);
    const [span] = await onlyTrace();
    expect(JSON.stringify(span)).not.toContain("redacted");
  });

  const personal = [
    ["an email address", "ada.l+notes@mail.example.org"],
    ["a phone number", "+49 (0)30 1234 5678"],
    ["a card number", "4111 1111 1111 1111"],
    ["a bank account", "DE89 3704 0044 0532 0130 00"],
    ["a social security number", "078-05-1120"],
    ["an IP address", "203.0.113.77"],
    ["an IPv6 address", "2001:db8::ff00:42:8329"],
    ["a whole IPv6 address", "2001:0db8:85a3:0000:0000:8a2e:0370:7334"],
  ] as const;
  for (const [what, text] of personal) {
    it(`keeps ${what} unless personal data is to be redacted`, async () => {
      expect(await storedOf(`write to ${text}, please`)).toContain(text);
      const stored = await storedOf(`write to ${text}, please`, { personalData: true });
      expect(stored).not.toContain(text);
      expect(stored).toContain("please");
    });
  }

  it("leaves JSON text exactly as written if nothing in it is redacted", () => {
    const { patch } = createRedaction();
    const text = '{ "id": 12345678901234567890, "size": 1.0 }';
    const kept = patch?.({ id: "1", traceId: "2", op: "setTag", key: "k", value: text });
    expect(kept).toMatchObject({ value: text });
  });

  it("redacts what the program's own patterns find", async () => {
    const stored = await storedOf("ticket ACME-1234 is open", { patterns: [/ACME-\d+/g] });
    expect(stored).not.toContain("ACME-1234");
    expect(stored).toContain("[redacted: pattern]");
  });

  it.each([/ACME-\d+/, /ACME-\d+/y])(
    "redacts everything that %s finds, not only the first match",
    async (pattern) => {
      const stored = await storedOf("tickets ACME-1234 and ACME-56", { patterns: [pattern] });
      expect(stored).not.toMatch(/ACME-\d/);
    },
  );

  it("is noted, so that reports and uploads warn only if there was none", async () => {
    const server = await openOtlpServer();
    for (const redact of [undefined, createRedaction()]) {
      const store = createMemoryStore();
      const { tracing } = createRecordingWorld({ store, ...(redact && { redact }) });
      tracing.withSpan(() => undefined, { name: "ask" });
      await tracing.flush();
      const warnings: string[] = [];
      const onWarning = (message: string) => warnings.push(message);
      const page = await createReport(store, { onWarning });
      await uploadOtlp(store, { endpoint: server.url, onWarning });
      expect(page.includes("Spanbook; not redacted</p>")).toBe(redact === undefined);
      expect(warnings).toHaveLength(redact === undefined ? 2 : 0);
    }
    await server.close();
  });

  it("keeps no JSON value below 300 levels, but the rest of its span, however deep that is", async () => {
    const store = createMemoryStore();
    const { tracing, errors } = createRecordingWorld({ store, redact: createRedaction() });
    const body = (levels: number) => `${"[".repeat(levels)}"swordfish"${"]".repeat(levels)}`;
    for (const levels of [200, 400, 50_000]) {
      tracing.withSpan((span) => span.setAttributes({ body: body(levels), levels }), { name: "call" });
    }
    await tracing.flush();
    expect(errors).toEqual([]);
    const { traces } = await store.search({ includeSpans: true });
    const found = traces.map(({ data }) => data.spans[0]!.attributes);
    found.sort((one, other) => Number(one["levels"]) - Number(other["levels"]));
    expect(found.map(({ levels }) => levels)).toEqual([200, 400, 50_000]);
    expect(found.map(({ body }) => /swordfish|\[redacted\]/.exec(String(body))?.[0])).toEqual([
      "swordfish",
      "[redacted]",
      "[redacted]",
    ]);
  });

  it("reads a megabyte of near matches in linear time", () => {
    const redact = createRedaction({ personalData: true });
    const units = [
      "eyJ",
      "sk-",
      "a.",
      "://",
      "-----BEGIN ",
      "1 ",
      "+1",
      "AB12 ",
      "x@",
      "1.",
      '{"a":',
      "Bearer ",
    ];
    const redactText = (text: string) =>
      redact.patch?.({ id: "1", traceId: "2", op: "setTag", key: "k", value: text });
    for (const unit of units) expect(redactText(unit.repeat(1_000_000 / unit.length))).toBeDefined();
  });
});
