import * as second from "@modelcontextprotocol/client";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { autolog, traced } from "@spanbook/core/auto";
import { tracedMcp, untraced } from "@spanbook/core/mcp";
import { describeSpan } from "@spanbook/core/model";
import { createRecordingWorld } from "../../support/tracing.js";

function newServer(): McpServer {
  const server = new McpServer({ name: "forecasts", version: "1.0.0" });
  server.registerTool("weather", { inputSchema: { city: z.string() } }, ({ city }) => {
    if (city === "Atlantis") throw new Error("there is no such city");
    return { content: [{ type: "text", text: `${city} is sunny` }] };
  });
  server.registerTool("ping", {}, () => ({ content: [{ type: "text", text: "pong" }] }));
  server.registerTool("draw", {}, () => ({
    isError: true,
    content: [
      { type: "image", data: "AAAA", mimeType: "image/png" },
      { type: "text", text: "there is no more ink" },
    ],
  }));
  return server;
}

/** A client of a server with tools, in this process. */
async function connect(): Promise<Client> {
  const server = newServer();
  const client = new Client({ name: "test", version: "1.0.0" });
  const [near, far] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(far), client.connect(near)]);
  onTestFinished(() => client.close());
  return client;
}

test("a tool call is a span with the tool's name, arguments and answer", async () => {
  const world = createRecordingWorld();
  const plain = await (await connect()).callTool({ name: "weather", arguments: { city: "Paris" } });
  const client = tracedMcp(await connect(), world);
  expect(await client.callTool({ name: "weather", arguments: { city: "Paris" } })).toEqual(plain);
  const [span] = await world.onlyTrace();
  expect(span).toMatchObject({ name: "weather", status: { code: 1 } });
  expect(describeSpan(span!)).toMatchObject({ type: "TOOL", inputs: { city: "Paris" }, outputs: plain });
});

test("a failed tool is an error, though the call returns a result", async () => {
  const world = createRecordingWorld();
  const client = tracedMcp(await connect(), world);
  const result = await client.callTool({ name: "weather", arguments: { city: "Atlantis" } });
  expect(result).toMatchObject({ isError: true });
  const [span] = await world.onlyTrace();
  expect(span?.status).toEqual({ code: 2, message: "there is no such city" });
});

test("the message of a failed tool is the first text in its answer, wherever that stands", async () => {
  const world = createRecordingWorld();
  await tracedMcp(await connect(), world).callTool({ name: "draw" });
  const [span] = await world.onlyTrace();
  expect(span?.status).toEqual({ code: 2, message: "there is no more ink" });
});

test("a tool without arguments has an empty object as inputs", async () => {
  const world = createRecordingWorld();
  await tracedMcp(await connect(), world).callTool({ name: "ping", _meta: { progressToken: 1 } });
  const [span] = await world.onlyTrace();
  expect(describeSpan(span!).inputs).toEqual({});
});

test("a client of the SDK's second version is traced too, directly or through its module", async () => {
  const world = createRecordingWorld();
  const server = newServer();
  const client = traced(new second.Client({ name: "test", version: "1.0.0" }), world);
  const [near, far] = second.InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(far as Transport), client.connect(near)]);
  onTestFinished(() => client.close());
  await client.callTool({ name: "weather", arguments: { city: "Oslo" } });
  untraced(client);
  onTestFinished(autolog({ mcp: second }, world));
  await client.callTool({ name: "weather", arguments: { city: "Atlantis" } });
  const spans = (await world.allTraces()).flatMap(({ data }) => data.spans);
  expect(spans.map(({ name, status }) => [name, status])).toEqual([
    ["weather", { code: 1 }],
    ["weather", { code: 2, message: "there is no such city" }],
  ]);
});

test("untraced restores the client", async () => {
  const world = createRecordingWorld();
  const client = untraced(tracedMcp(await connect(), world));
  await client.callTool({ name: "weather", arguments: { city: "Rome" } });
  expect(await world.allTraces()).toEqual([]);
});
