import { ConfigurationError } from "../../core/errors";
import { type Command, option } from "../command";
import { runDrizzleKit } from "../drizzle-kit";
import { writeSchemaFile } from "./check";

/** pnpm db:generate */
export const generate: Command = {
  help: "Write a migration from the changed tables: pnpm db:generate --name=add_vendors [--custom]",
  usage:
    "  --name     what the migration does, in snake_case; you name it, because you review it\n" +
    "  --custom   an empty migration for what Drizzle cannot say: functions, triggers, protect_table calls",
  async run(args) {
    const name = option(args, "name");
    if (!name || !/^[a-z][a-z0-9_]*$/.test(name)) {
      throw new ConfigurationError("A migration needs a name in snake_case: pnpm db:generate --name=add_vendors");
    }
    const code = await runDrizzleKit(["generate", ...args]);
    if (code === 0 && !args.includes("--custom")) await writeSchemaFile();
    return code;
  },
};
