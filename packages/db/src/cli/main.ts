import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseError } from "../core/errors";
import { checkoutRoot } from "../testing/development";
import type { Command } from "./command";
import { check } from "./commands/check";
import { doctor } from "./commands/doctor";
import { down } from "./commands/down";
import { generate } from "./commands/generate";
import { migrateCommand } from "./commands/migrate";
import { push } from "./commands/push";
import { reset } from "./commands/reset";
import { roles } from "./commands/roles";
import { seed } from "./commands/seed";
import { studio } from "./commands/studio";
import { up } from "./commands/up";

const commands: Record<string, Command> = {
  up,
  down,
  generate,
  migrate: migrateCommand,
  push,
  roles,
  studio,
  seed,
  reset,
  check,
  doctor,
};

function printHelp(): void {
  console.log("org-db <command> [options], or pnpm db:<command>\n");
  for (const [name, { help }] of Object.entries(commands)) console.log(`  ${name.padEnd(10)} ${help}`);
  console.log("\nThe server: DATABASE_ADMIN_URL, else DATABASE_URL, else the embedded one in .data/postgres.");
}

async function main([name, ...args]: string[]): Promise<number> {
  const environmentFile = join(checkoutRoot(), ".env");
  if (existsSync(environmentFile)) process.loadEnvFile(environmentFile);
  const command = commands[name ?? "help"];
  if (!command) {
    printHelp();
    return name === undefined || name === "help" || name === "--help" ? 0 : 2;
  }
  if (args.includes("--help")) {
    console.log(`db:${name}: ${command.help}${command.usage ? `\n${command.usage}` : ""}`);
    return 0;
  }
  return command.run(args);
}

// `pnpm db:doctor | head` closes the pipe early: that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    // A typed error says what to do; anything else is a fault of the tool, and its stack helps to mend it.
    console.error(error instanceof DatabaseError ? `${error.name}: ${error.message}` : error);
    process.exitCode = 1;
  },
);
