import { findDevelopmentServer, keepDevelopmentServer, prepareServer } from "../../testing/development";
import { requireWritable } from "../../testing/environment-file";
import { firstLines } from "../../testing/first-lines";
import { defineCommand, say } from "../command";
import { worksHere } from "../words";

/** pnpm db:up */
export const up = defineCommand({
  help: "Start the embedded PostgreSQL of this folder, migrate it, keep it running, and write its URLs to .env",
  notes:
    "A URL in .env that names another server is left as it is. As long as .env names the embedded server, every command that\n" +
    "needs it starts it when it is down, as after a restart of the machine, and leaves it running.",
  async run() {
    // What cannot be written is said before a server is made.
    requireWritable();
    const server = await findDevelopmentServer(say);
    try {
      if (server.given) {
        say(`The environment names a server already: ${server.location}`);
        return 0;
      }
      await prepareServer(server, say);
      say(`Running: ${server.location}`);
      for (const line of await keepDevelopmentServer(server)) say(line);
      say(`\nTen lines that connect, to paste into a shell in ${process.cwd()}:\n\n${firstLines()}\n`);
      if (worksHere("studio")) say("Look inside with pnpm db:studio.");
      say("Stop it with pnpm db:down: its data stays, and so do the URLs.");
      return 0;
    } finally {
      await server.stop();
    }
  },
});
