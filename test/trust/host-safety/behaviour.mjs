// Programs that print everything a host can notice. They are run plain, and with their functions traced: `node --import` of
// trace-functions.mjs puts a recorder's `trace` where they look for it.
const trace = globalThis.traceFunction ?? ((fn) => fn);
const turn = () => new Promise((resolve) => setImmediate(resolve));
const say = (...words) => console.log(...words);

const noticed = ["warning", "unhandledRejection", "rejectionHandled", "uncaughtExceptionMonitor", "exit"];

const endings = {
  /** Runs to its natural end, with everything that can happen on the way. */
  async "by itself"() {
    for (const event of noticed) process.on(event, (what) => say(event, what?.name, what?.message));
    const work = trace(async function work(turns) {
      for (let count = 0; count < turns; count++) await turn();
      return turns;
    });
    // The event loop turns as often, and what waits comes in the same order.
    let turns = 0;
    const counting = setInterval(() => undefined, 1000);
    const count = () => void (turns++, turns < 40 && setImmediate(count));
    setImmediate(count);
    for (const turnsOfWork of [5, 1, 9]) say("worked", await work(turnsOfWork));
    const together = await Promise.all(
      [9, 2, 4].map((each) => work(each).then((done) => (say("done", done), done))),
    );
    say("together", together);
    while (turns < 40) await turn();
    clearInterval(counting);
    // Rejections that are never handled, or late, are reported as often, with the same errors.
    const fail = trace(async (message) => {
      await turn();
      throw new RangeError(message);
    });
    void fail("nobody handles it");
    const late = fail("handled late");
    await turn();
    await turn();
    await turn();
    await late.catch((error) => say("caught", error instanceof RangeError, error.message));
    await turn();
    // Warnings: about listeners, and deprecations.
    const { EventEmitter } = await import("node:events");
    const emitter = new EventEmitter();
    const listen = trace(() => emitter.on("x", () => undefined));
    for (let each = 0; each < 11; each++) listen();
    trace(() => process.emitWarning("old", "DeprecationWarning", "X01"))();
    await turn();
    // Sockets, timers and processes are closed by whoever opened them, and none is left.
    const serve = trace(async () => {
      const { createServer } = await import("node:http");
      const server = createServer((_, response) => response.end("hello"));
      await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
      const response = await fetch(`http://127.0.0.1:${server.address().port}`);
      const text = await response.text();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      return text;
    });
    say("served", await serve());
  },
  "with an exit code": trace(() => {
    process.exitCode = 7;
    say("on its way");
  }),
  "by process.exit": trace(async () => {
    process.on("exit", (code) => say("exit", code));
    await turn();
    process.exit(5);
  }),
  "by an exception": trace(() => {
    process.on("exit", (code) => say("exit", code));
    throw new TypeError("uncaught");
  }),
  "by a rejection": trace(async () => {
    await turn();
    throw new TypeError("unhandled");
  }),
  "by a signal": trace(async () => {
    await turn();
    process.kill(process.pid, "SIGTERM");
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  }),
};

if (process.argv[2] === "list") say(JSON.stringify(Object.keys(endings)));
else void endings[process.argv[2]]();
