import { type OpenedDevelopmentDatabase, openDevelopmentDatabase } from "@org/db/testing";
import { promise } from "../failure";
import { plural } from "../format";
import type { Print } from "../print";

/**
 * A database to work with: the environment's, or the embedded server of the checkout; migrated, with safe logins. `keep` lets the
 * embedded one run on, with its URLs in .env.
 */
export function openDatabase(print: Print, keep = false): Promise<OpenedDevelopmentDatabase> {
  return print.chapter("A database, ready to use", async () => {
    print.code("const { db } = await openDevelopmentDatabase()");
    const opened = await openDevelopmentDatabase({ onProgress: (line) => print.note(line), keep });
    try {
      await prove(print, opened);
    } catch (error) {
      await opened.stop();
      throw error;
    }
    return opened;
  });
}

async function prove(print: Print, { db, applied, serverVersion }: OpenedDevelopmentDatabase): Promise<void> {
  const made = applied.length === 0 ? "nothing to migrate" : `${plural(applied.length, "migration")} applied`;
  print.proof(`PostgreSQL ${serverVersion}, schema up to date (${made})`);
  print.code("await db.checkConnectionHealth()");
  const health = await db.checkConnectionHealth();
  promise(health.isHealthy, `The database is not healthy: ${health.errors.join(" ")}`);
  print.proof(`Healthy; queries run as ${health.role}, which can bypass no tenant's walls`);
}
