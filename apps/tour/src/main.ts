import { performance } from "node:perf_hooks";
import { openDatabase } from "./chapters/database";
import { sayWhereNext } from "./chapters/where-next";
import { describeFailure } from "./failure";
import { seconds } from "./format";
import { outputOf, Print } from "./print";
import { runTour } from "./tour";

const print = new Print(outputOf(process.stdout));
const start = performance.now();
let interrupted = false;
const [option, ...others] = process.argv.slice(2);
const keep = option === "--keep";
if ((option !== undefined && !keep) || others.length > 0) {
  console.error("The demo takes one option: --keep leaves its server running and writes the URLs to .env");
  process.exit(2);
}

// `pnpm demo | head` closes the pipe early: the tour ends its work all the same, and the server with it.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

async function main(): Promise<void> {
  print.title(
    "A tour of @org/db",
    "Real sales, two tenants, one PostgreSQL: each step with the line of code that did it.",
  );
  const opening = openDatabase(print, keep);
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= opening.then(
      (opened) => opened.stop(),
      () => undefined,
    );
    return stopping;
  };
  leaveInOrder(stop);
  const opened = await opening;
  try {
    await runTour({ db: opened.db, print });
    await sayWhereNext(print, opened);
  } finally {
    await stop();
  }
  print.title(`\nEvery promise was kept, in ${seconds(performance.now() - start)}.`);
}

/** Ctrl+C: the embedded server is not left running. */
function leaveInOrder(stop: () => Promise<void>): void {
  for (const [signal, exitCode] of [["SIGINT", 130] as const, ["SIGTERM", 143] as const]) {
    process.once(signal, () => {
      interrupted = true;
      void stop().finally(() => process.exit(exitCode));
    });
  }
}

main().catch((error: unknown) => {
  if (interrupted) return;
  const [first, ...more] = describeFailure(error);
  console.error([`\n✗ ${first}`, ...more.map((line) => `  ${line}`)].join("\n"));
  process.exitCode = 1;
});
