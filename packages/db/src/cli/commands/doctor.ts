import { existsSync } from "node:fs";
import type pg from "pg";
import { type LoginKind, urlFromEnvironment, urlVariable } from "../../client/config";
import { checkLogin } from "../../client/login-check";
import { mapError } from "../../client/map-error";
import { ConnectionPool } from "../../client/pool";
import { isLocalHost } from "../../client/tls";
import { parseUrl } from "../../client/url";
import { withAdmin } from "../../operations/admin";
import { packageMigrations } from "../../operations/assets";
import { encodingProblem } from "../../operations/encoding";
import { assertStatementsKept } from "../../operations/health";
import { migrationStatus } from "../../operations/migrations";
import { refusePooler } from "../../operations/pooler";
import { checkoutRoot } from "../../testing/checkout";
import { findDevelopmentServer } from "../../testing/development";
import { environmentFile, isEmbeddedUrl } from "../../testing/environment-file";
import { locateBinaries } from "../../testing/server/binaries";
import { developmentServerStatus } from "../../testing/server/development";
import { defineCommand, say } from "../command";
import { howToReach, shownUrl, whereNamed } from "../reach";

interface Finding {
  ok: boolean;
  text: string;
}

const doctorOrder = ["runtime", "admin", "identity", "platform"] as const satisfies readonly LoginKind[];

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  return { ok, text: `Node.js ${process.versions.node}${ok ? "" : ": use 20.19 or newer"}` };
}

/** The embedded server. Where the environment names another one it is not needed, so that its absence is no fault. */
async function checkEmbedded(isNeeded: boolean): Promise<Finding> {
  try {
    const { version } = await locateBinaries();
    const { running, port, dataDirectory } = await developmentServerStatus({ root: checkoutRoot() });
    return {
      ok: true,
      text: `Embedded PostgreSQL ${version}, ${running ? `running on port ${port}` : "stopped"}, data in ${dataDirectory}`,
    };
  } catch (error) {
    return isNeeded
      ? { ok: false, text: mapError(error).message }
      : { ok: true, text: "There is no embedded PostgreSQL, and none is needed: the environment names a server" };
  }
}

/** What a pooler on the way cannot do that the login's work needs. */
async function checkPooler(kind: LoginKind, variable: string, url: string, client: pg.Client): Promise<Finding[]> {
  try {
    if (kind === "admin") {
      await refusePooler(client, url);
      return [];
    }
    const pool = new ConnectionPool(kind, { url, max: 1, onWarning: () => undefined });
    await assertStatementsKept(pool).finally(() => pool.close({ graceMs: 0 }));
    return [];
  } catch (error) {
    return [{ ok: false, text: `${variable}: ${mapError(error).message}` }];
  }
}

async function checkUrl(kind: LoginKind, variable: string): Promise<Finding[]> {
  const url = urlFromEnvironment(kind);
  if (!url) return [{ ok: true, text: `${variable} is not set` }];
  try {
    const target = parseUrl(url, variable);
    const findings = await withAdmin(url, async (client) => {
      const list: Finding[] = [
        { ok: true, text: `${variable} (${whereNamed(variable)}): ${shownUrl(target)} answers` },
      ];
      if (kind !== "admin") {
        const login = await checkLogin(client, kind);
        list.push({
          ok: login.safe,
          text: `${variable}: the login ${login.safe ? "is kept to its group" : `${login.reason}: run pnpm db:roles`}`,
        });
      }
      const unfit = await encodingProblem(client);
      if (unfit !== undefined) list.push({ ok: false, text: `${variable}: ${unfit}` });
      if (list.every(({ ok }) => ok)) list.push(...(await checkPooler(kind, variable, url, client)));
      const { pending, problems } = await migrationStatus(client, await packageMigrations());
      for (const problem of problems) list.push({ ok: false, text: problem });
      list.push({
        ok: pending.length === 0,
        text:
          pending.length === 0
            ? "All migrations are applied"
            : `${pending.length} migrations are pending: run pnpm db:migrate`,
      });
      return list;
    });
    if (!isLocalHost(target.host) && target.ssl === false) {
      findings.push({ ok: false, text: `${variable}: the connection is not encrypted: add ?sslmode=require` });
    }
    return findings;
  } catch (error) {
    return [{ ok: false, text: `${variable}: ${mapError(error).message}` }];
  }
}

/** pnpm db:doctor */
export const doctor = defineCommand({
  help: "Say what is set up, what is not, and how to mend it; shows no secrets",
  async run() {
    const admin = urlFromEnvironment("admin") ?? urlFromEnvironment("runtime");
    // A server that .env names is started as for every other command; nothing else is.
    const server = admin !== undefined && isEmbeddedUrl(admin) ? await findDevelopmentServer(say) : undefined;
    try {
      const findings = [checkNode(), await checkEmbedded(admin === undefined)];
      findings.push({
        ok: true,
        text: existsSync(environmentFile()) ? ".env is read" : "There is no .env: the environment is used as it is",
      });
      for (const kind of doctorOrder) findings.push(...(await checkUrl(kind, urlVariable(kind))));
      // Logins of one database find the same of it: it is said once.
      const found = new Map(findings.map(({ ok, text }) => [text, ok]));
      for (const [text, ok] of found) say(`${ok ? "✓" : "✗"} ${text}`);
      const wrong = [...found.values()].filter((ok) => !ok).length;
      say(wrong === 0 ? "\nAll is well" : `\n${wrong} to mend`);
      if (wrong === 0) say(howToReach());
      return wrong === 0 ? 0 : 1;
    } finally {
      await server?.stop();
    }
  },
});
