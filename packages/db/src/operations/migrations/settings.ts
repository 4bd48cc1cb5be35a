import type { ClientBase } from "pg";

/** Session settings a migration may change, in the order they are restored (the role first: it owns the rights). */
const kept = ["role", "lock_timeout", "statement_timeout", "row_security", "search_path"] as const;

export interface MigratorSettings {
  readonly lockTimeoutMs: number;
  readonly statementTimeoutMs: number | undefined;
}

/** Restores the session's settings after `work`; `prepare` gives them the migrator's values before each migration. */
export async function withMigratorSettings<T>(
  client: ClientBase,
  settings: MigratorSettings,
  work: (prepare: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const columns = kept.map((name) => `current_setting('${name}') AS ${name}`).join(", ");
  const { rows } = await client.query<Record<string, string>>(`SELECT ${columns}`);
  const before = rows[0] ?? {};
  const restore = () => apply(client, before);
  const own = {
    ...before,
    lock_timeout: String(settings.lockTimeoutMs),
    ...(settings.statementTimeoutMs === undefined ? {} : { statement_timeout: String(settings.statementTimeoutMs) }),
    // FORCE ROW LEVEL SECURITY binds the owner: a backfill would silently change 0 rows. With `off` it is an error.
    row_security: "off",
  };
  try {
    return await work(() => apply(client, own));
  } finally {
    await restore().catch(() => undefined);
  }
}

async function apply(client: ClientBase, values: Record<string, string>): Promise<void> {
  for (const name of kept) {
    await client.query("SELECT set_config($1, $2, false)", [name, values[name] ?? ""]);
  }
}
