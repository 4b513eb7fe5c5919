import { formatPlural, printable } from "@spanbook/widget/parts";
import { Command } from "commander";
import { defaultHost, defaultPort, openReceiver } from "../receiver/receiver.js";
import { toBytes, toPort } from "./arguments.js";
import type { Context } from "./context.js";
import { examples, jsonOption } from "./shared-options.js";
import { defaultFile, writeInto } from "./sources.js";

interface ReceiveOptions {
  readonly host: string;
  readonly port: number;
  readonly maxBody?: number;
  readonly allowOrigin?: readonly string[];
  readonly json?: true;
}

export function receiveCommand(context: Context): Command {
  const { output } = context;
  return new Command("receive")
    .argument("[file]", "the database, created if it is missing", defaultFile)
    .summary("receive traces that other programs send")
    .description(
      "Receives OTLP over HTTP, JSON and protobuf, from programs in any language, until Ctrl-C. Only this machine can send, " +
        "unless --host says otherwise; there is no password.",
    )
    .option("--port <number>", "the port to listen on; 0 takes any free one", toPort, defaultPort)
    .option("--host <address>", "the address to listen on", defaultHost)
    .option("--max-body <size>", "the largest request to accept, unzipped (default: 64 MiB)", toBytes)
    .option("--allow-origin <origin...>", "origins of pages that may send, besides those on this machine")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      examples(
        "npx spanbook receive traces.db",
        "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf python app.py",
      ),
    )
    .action(async (file: string, { host, port, maxBody, allowOrigin, json }: ReceiveOptions) => {
      let spans = 0;
      let rejected = 0;
      await writeInto(file, context, async (store) => {
        const receiver = await openReceiver(store, {
          ...{ host, port },
          ...(maxBody !== undefined && { maxBodyBytes: maxBody }),
          ...(allowOrigin && { allowedOrigins: allowOrigin }),
          onReceived(received) {
            spans += received.spans;
            rejected += received.errors.length;
            output.progress(`${formatPlural(spans, "span")} received`);
          },
          onRefused: (message) => output.note(printable(message)),
        }).catch((error: Error) => {
          throw new Error(`cannot listen on ${printable(host)}:${port}: ${error.message}`, { cause: error });
        });
        const base = receiver.endpoint.replace(/\/v1\/traces$/, "");
        if (json) output.printJson({ endpoint: receiver.endpoint, file });
        else output.print(`Receiving at ${receiver.endpoint} into ${printable(file)}; press Ctrl-C to stop.`);
        output.note(`Set OTEL_EXPORTER_OTLP_ENDPOINT=${base} in the program that sends.`);
        await aborted(context.terminal.signal);
        await receiver.close();
      });
      if (json) output.printJson({ spans, rejected });
      else {
        output.print(
          `${formatPlural(spans, "span")} received${rejected > 0 ? `, ${rejected} rejected` : ""}`,
        );
      }
    });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
