import type pg from "pg";
import { withAdmin } from "../operations/admin";
import { type Migration, migrate } from "../operations/migrations";
import { startTestServer } from "../testing/server/start-test-server";
import { createTemplate } from "../testing/server/template";

/** Throw-away databases that have been migrated. */
export interface Scratch {
  /** Runs the work, as the owner, on a database of its own. */
  run<T>(work: (client: pg.Client) => Promise<T>): Promise<T>;
  /** Drops every database, and ends the server if this started it. */
  stop(): Promise<void>;
}

/** Starts a server if none is given, and makes a template with these migrations. */
export async function startScratch(migrations: readonly Migration[]): Promise<Scratch> {
  const server = await startTestServer();
  try {
    const template = await createTemplate({
      adminUrl: server.adminUrl,
      prepare: async (url) => {
        await withAdmin(url, (client) => migrate(client, { migrations }));
      },
    });
    return {
      run: async (work) => {
        const clone = await template.clone();
        try {
          return await withAdmin(clone.url(), work);
        } finally {
          await clone.drop();
        }
      },
      stop: async () => {
        await template.drop();
        await server.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
