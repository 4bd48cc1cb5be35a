import { findDevelopmentServer, prepareServer } from "../../testing/development";
import { defineCommand, say } from "../command";

/** pnpm db:up */
export const up = defineCommand({
  help: "Start the embedded PostgreSQL of this checkout, migrate it, and keep it running",
  notes: "Prefer Docker? `docker compose up` and the URLs of .env.example give the same.",
  async run() {
    const server = await findDevelopmentServer(say);
    if (server.given) {
      say(`The environment names a server already: ${server.location}`);
      return 0;
    }
    await prepareServer(server, say);
    await server.keep();
    await server.stop();
    say(`Running: ${server.location}\nStop it with pnpm db:down; its data stays. Look inside with pnpm db:studio.`);
    return 0;
  },
});
