import { accessSync, constants, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { urlFromEnvironment } from "../../client/config";
import { parseUrl } from "../../client/url";
import { ConfigurationError } from "../../core/errors";
import { withAdmin } from "../../operations/admin";
import { ensureLogins, loginUrls, newLogins } from "../../operations/logins";
import { checkoutRoot, findDevelopmentServer, prepareServer } from "../../testing/development";
import { defineCommand, say } from "../command";

/** Sets variables in the text of a .env file: replaces their lines, keeps all others. */
export function withVariables(text: string, variables: Record<string, string>): string {
  const kept = text.split("\n").filter((line) => !Object.keys(variables).some((name) => line.startsWith(`${name}=`)));
  while (kept.at(-1) === "") kept.pop();
  return [...kept, ...Object.entries(variables).map(([name, value]) => `${name}=${value}`), ""].join("\n");
}

/** Writes the new text of a .env file beside it, readable by the owner alone, and returns where. */
function writeDraft(file: string, variables: Record<string, string>): string {
  const draft = `${file}.new`;
  try {
    const before = existsSync(file) ? readFileSync(file, "utf8") : "";
    if (existsSync(file)) accessSync(file, constants.W_OK);
    rmSync(draft, { force: true });
    writeFileSync(draft, withVariables(before, variables), { mode: 0o600, flag: "wx" });
  } catch (error) {
    const reason = String((error as { code?: unknown }).code);
    throw new ConfigurationError(`${file} cannot be written (${reason}): nothing was made. Make it writable first`);
  }
  return draft;
}

/** pnpm db:roles */
export const roles = defineCommand({
  help: "Make the runtime, identity and platform logins from DATABASE_ADMIN_URL, and write their URLs to .env",
  notes: "Migrates first, because the logins join groups that the migrations make. Passwords are new at each run.",
  async run() {
    const admin = urlFromEnvironment("admin") ?? urlFromEnvironment("runtime");
    if (!admin) {
      throw new ConfigurationError(
        "DATABASE_ADMIN_URL is not set: db:roles makes logins on a server of yours. The embedded server has its own",
      );
    }
    // Whatever can be refused is refused before anything is made: the URL, and the file that its results go to.
    const logins = newLogins(parseUrl(admin, "DATABASE_ADMIN_URL").database);
    const variables = { DATABASE_ADMIN_URL: admin, ...loginUrls(admin, logins) };
    const file = join(checkoutRoot(), ".env");
    const draft = writeDraft(file, variables);
    try {
      const server = await findDevelopmentServer(say);
      await prepareServer(server, say);
      await withAdmin(admin, (client) => ensureLogins(client, logins));
      renameSync(draft, file);
    } finally {
      rmSync(draft, { force: true });
    }
    say(
      `Made ${Object.values(logins)
        .map((login) => login.user)
        .join(", ")}; their URLs are in .env (readable by you alone)`,
    );
    return 0;
  },
});
