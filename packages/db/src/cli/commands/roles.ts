import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { urlFromEnvironment } from "../../client/config";
import { parseUrl } from "../../client/url";
import { ConfigurationError } from "../../core/errors";
import { withAdmin } from "../../operations/admin";
import { ensureLogins, loginUrls, newLogins } from "../../operations/logins";
import { checkoutRoot, findDevelopmentServer, prepareServer } from "../../testing/development";
import { type Command, say } from "../command";

/** Sets variables in the text of a .env file: replaces their lines, keeps all others. */
export function withVariables(text: string, variables: Record<string, string>): string {
  const kept = text.split("\n").filter((line) => !Object.keys(variables).some((name) => line.startsWith(`${name}=`)));
  while (kept.at(-1) === "") kept.pop();
  return [...kept, ...Object.entries(variables).map(([name, value]) => `${name}=${value}`), ""].join("\n");
}

/** pnpm db:roles */
export const roles: Command = {
  help: "Make the runtime, identity and platform logins from DATABASE_ADMIN_URL, and write their URLs to .env",
  usage: "Migrates first, because the logins join groups that the migrations make. Passwords are new at each run.",
  async run() {
    const admin = urlFromEnvironment("admin") ?? urlFromEnvironment("runtime");
    if (!admin) {
      throw new ConfigurationError(
        "DATABASE_ADMIN_URL is not set: db:roles makes logins on a server of yours. The embedded server has its own",
      );
    }
    const server = await findDevelopmentServer(say);
    await prepareServer(server, say);
    const logins = newLogins(parseUrl(admin, "DATABASE_ADMIN_URL").database);
    await withAdmin(admin, (client) => ensureLogins(client, logins));
    const file = join(checkoutRoot(), ".env");
    const before = existsSync(file) ? readFileSync(file, "utf8") : "";
    writeFileSync(file, withVariables(before, { DATABASE_ADMIN_URL: admin, ...loginUrls(admin, logins) }), {
      mode: 0o600,
    });
    chmodSync(file, 0o600);
    say(
      `Made ${Object.values(logins)
        .map((login) => login.user)
        .join(", ")}; their URLs are in .env (readable by you alone)`,
    );
    return 0;
  },
};
