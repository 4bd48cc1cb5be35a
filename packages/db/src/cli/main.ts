import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkoutRoot } from "../testing/development";
import { runCommand } from "./run-command";

// `pnpm db:doctor | head` closes the pipe early: that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

const environmentFile = join(checkoutRoot(), ".env");
if (existsSync(environmentFile)) process.loadEnvFile(environmentFile);
process.exitCode = await runCommand(process.argv.slice(2));
