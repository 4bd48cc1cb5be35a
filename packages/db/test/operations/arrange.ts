import type { Client } from "pg";
import { afterAll, beforeAll } from "vitest";
import { MigrationError } from "../../src/core/errors";
import { migrationsFolder, miniMigrations } from "./mini";
import { startServer, type TestServer } from "./server";

/** One server per test file; each arrangement is a folder of migrations and an empty database. */
export function migratorTests() {
  const folders: { remove(): Promise<void> }[] = [];
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer();
  });

  afterAll(async () => {
    await server?.stop();
    await Promise.all(folders.map((folder) => folder.remove()));
  });

  const arrangeFolder = async (migrations: Record<string, string>) => {
    const files = await migrationsFolder(migrations);
    folders.push(files);
    return files;
  };
  return {
    server: () => server,
    arrangeFolder,
    async arrange(migrations: Record<string, string> = miniMigrations) {
      const files = await arrangeFolder(migrations);
      const database = await server.database();
      return { files, folder: files.folder, database, client: await server.connect(database) };
    },
  };
}

/** The MigrationError that the work fails with. */
export async function failure(work: Promise<unknown>): Promise<MigrationError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof MigrationError)) throw new Error(`expected a MigrationError, got ${String(error)}`);
  return error;
}

/** Names of the relations in `public`. */
export async function relations(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY relname COLLATE "C"`,
  );
  return rows.map((row) => row.name);
}
