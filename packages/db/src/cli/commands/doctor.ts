import { existsSync } from "node:fs";
import { join } from "node:path";
import type pg from "pg";
import { type LoginKind, urlFromEnvironment } from "../../client/config";
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
import { checkoutRoot } from "../../testing/development";
import { locateBinaries } from "../../testing/server/binaries";
import { developmentServerStatus } from "../../testing/server/development";
import { defineCommand, say } from "../command";

interface Finding {
  ok: boolean;
  text: string;
}

const kinds: Record<LoginKind, string> = {
  runtime: "DATABASE_URL",
  admin: "DATABASE_ADMIN_URL",
  identity: "DATABASE_AUTH_URL",
  platform: "DATABASE_PLATFORM_URL",
};

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  return { ok, text: `Node.js ${process.versions.node}${ok ? "" : ": use 20.19 or newer"}` };
}

async function checkEmbedded(): Promise<Finding> {
  try {
    const { version } = await locateBinaries();
    const { running, port, dataDirectory } = await developmentServerStatus({ root: checkoutRoot() });
    return {
      ok: true,
      text: `Embedded PostgreSQL ${version}, ${running ? `running on port ${port}` : "stopped"}, data in ${dataDirectory}`,
    };
  } catch (error) {
    return { ok: false, text: mapError(error).message };
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
    const where = `${variable}: ${target.user} at ${target.host}:${target.port}/${target.database}`;
    const findings = await withAdmin(url, async (client) => {
      const list: Finding[] = [{ ok: true, text: `${where} answers` }];
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
    const findings = [checkNode(), await checkEmbedded()];
    const environmentFile = join(checkoutRoot(), ".env");
    findings.push({
      ok: true,
      text: existsSync(environmentFile) ? ".env is read" : "There is no .env: the environment is used as it is",
    });
    for (const [kind, variable] of Object.entries(kinds))
      findings.push(...(await checkUrl(kind as LoginKind, variable)));
    for (const { ok, text } of findings) say(`${ok ? "✓" : "✗"} ${text}`);
    const wrong = findings.filter((finding) => !finding.ok).length;
    say(wrong === 0 ? "\nAll is well" : `\n${wrong} to mend`);
    return wrong === 0 ? 0 : 1;
  },
});
