/** Foreign servers on loopback, started and stopped by a test. */
import { spawn } from "node:child_process";
import { createServer, connect, type AddressInfo } from "node:net";

export interface RunningServer {
  readonly port: number;
  /** Asks it to end, and waits until it has. */
  close(): Promise<void>;
}

/**
 * Starts a program that listens on the port it is given, and waits until it does. Rejects with what it printed if it ends
 * first.
 */
export async function openServer(
  toCommand: (port: number) => readonly [program: string, ...args: string[]],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<RunningServer> {
  const port = await freePort();
  const [program, ...args] = toCommand(port);
  const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => (printed = (printed + chunk.toString()).slice(-4000)));
  }
  let hasEnded = false;
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => {
      hasEnded = true;
      resolve();
    });
    child.once("error", (error) => (printed += String(error)));
  });
  while (!(await listens(port))) {
    if (hasEnded) throw new Error(`${program} ended before it listened:\n${printed}`);
  }
  return {
    port,
    async close() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Whether something accepts connections there; a refusal takes a tenth of a second, so that polling costs little. */
function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => setTimeout(() => resolve(false), 100));
  });
}
