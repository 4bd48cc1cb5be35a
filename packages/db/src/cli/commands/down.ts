import { checkoutRoot } from "../../testing/checkout";
import { stopDevelopmentServer } from "../../testing/server/development";
import { defineCommand, say } from "../command";

/** pnpm db:down */
export const down = defineCommand({
  help: "Stop the embedded PostgreSQL of this folder; its data stays",
  async run() {
    await stopDevelopmentServer({ root: checkoutRoot(), log: say });
    return 0;
  },
});
