import { urlFromEnvironment } from "../../client/config";
import { parseUrl } from "../../client/url";
import { ConfigurationError } from "../../core/errors";
import { withAdmin } from "../../operations/admin";
import { ensureLogins, loginUrls, newLogins } from "../../operations/logins";
import { findDevelopmentServer, prepareServer } from "../../testing/development";
import { draftEnvironment, isEmbeddedUrl } from "../../testing/environment-file";
import { defineCommand, say } from "../command";

/** pnpm db:roles */
export const roles = defineCommand({
  help: "Make the runtime, identity and platform logins from DATABASE_ADMIN_URL, and write their URLs to .env",
  notes: "Migrates first, because the logins join groups that the migrations make. Passwords are new at each run.",
  async run() {
    const admin = urlFromEnvironment("admin") ?? urlFromEnvironment("runtime");
    if (!admin || isEmbeddedUrl(admin)) {
      throw new ConfigurationError(
        "DATABASE_ADMIN_URL names no server of yours, on which db:roles would make logins. The embedded server has its own: " +
          "pnpm db:up writes their URLs to .env",
      );
    }
    // Whatever can be refused is refused before anything is made: the URL, and the file that its results go to.
    const logins = newLogins(parseUrl(admin, "DATABASE_ADMIN_URL").database);
    const variables = { DATABASE_ADMIN_URL: admin, ...loginUrls(admin, logins) };
    const draft = draftEnvironment(variables);
    try {
      const server = await findDevelopmentServer(say);
      await prepareServer(server, say);
      await withAdmin(admin, (client) => ensureLogins(client, logins));
      draft.put();
    } finally {
      draft.discard();
    }
    say(
      `Made ${Object.values(logins)
        .map((login) => login.user)
        .join(", ")}; their URLs are in .env (readable by you alone)`,
    );
    return 0;
  },
});
