import { loadEnvironmentFile } from "../testing/environment-file";
import { runCommand } from "./run-command";

// `pnpm db:doctor | head` closes the pipe early: that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

process.exitCode = await runCommand(process.argv.slice(2), loadEnvironmentFile);
