import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { tracedMcp, untraced } from "@spanbook/core/mcp";
import { describeSpan } from "@spanbook/core/model";
import { createRecordingWorld } from "../../support/tracing.js";

/** A client of a server with one tool, in this process. */
async function connect(): Promise<Client> {
  const server = new McpServer({ name: "forecasts", version: "1.0.0" });
  server.registerTool("weather", { inputSchema: { city: z.string() } }, ({ city }) => {
    if (city === "Atlantis") throw new Error("there is no such city");
    return { content: [{ type: "text", text: `${city} is sunny` }] };
  });
  const client = new Client({ name: "test", version: "1.0.0" });
  const [near, far] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(far), client.connect(near)]);
  onTestFinished(() => client.close());
  return client;
}

test("a tool call is a span with the tool's name, its arguments and what it answered", async () => {
  const world = createRecordingWorld();
  const plain = await (await connect()).callTool({ name: "weather", arguments: { city: "Paris" } });
  const client = tracedMcp(await connect(), world);
  expect(await client.callTool({ name: "weather", arguments: { city: "Paris" } })).toEqual(plain);
  const [span] = await world.onlyTrace();
  expect(span).toMatchObject({ name: "weather", status: { code: 1 } });
  expect(describeSpan(span!)).toMatchObject({ type: "TOOL", inputs: { city: "Paris" }, outputs: plain });
});

test("a tool that failed is an error, though the call gives a result", async () => {
  const world = createRecordingWorld();
  const client = tracedMcp(await connect(), world);
  const result = await client.callTool({ name: "weather", arguments: { city: "Atlantis" } });
  expect(result).toMatchObject({ isError: true });
  const [span] = await world.onlyTrace();
  expect(span?.status).toEqual({ code: 2, message: "there is no such city" });
});

test("untraced gives the client back as it was", async () => {
  const world = createRecordingWorld();
  const client = untraced(tracedMcp(await connect(), world));
  await client.callTool({ name: "weather", arguments: { city: "Rome" } });
  expect(await world.allTraces()).toEqual([]);
});
