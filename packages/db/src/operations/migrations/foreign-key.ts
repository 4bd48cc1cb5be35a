import type { ClientBase } from "pg";

const tableName = String.raw`((?:"[^"]+"|\w+)\.(?:"[^"]+"|\w+))`;
const addForeignKey = new RegExp(
  String.raw`^\s*alter\s+table\s+(?:only\s+)?${tableName}\s+add\s+constraint\s.*\sforeign\s+key\s.*\sreferences\s+${tableName}`,
  "is",
);

/**
 * Runs a statement that adds a foreign key so that its rows are really checked. An owner is bound by FORCE ROW LEVEL
 * SECURITY and would check none, or with row_security off be refused: FORCE is lifted from the two tables and put
 * back, inside the migration's transaction, so that nobody else ever sees them without it.
 */
export async function withForceLifted(client: ClientBase, statement: string, run: () => Promise<void>): Promise<void> {
  const [, table, target] = addForeignKey.exec(statement) ?? [];
  if (!table || !target) return run();
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c
     WHERE c.oid IN (to_regclass($1), to_regclass($2)) AND c.relforcerowsecurity
       AND NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = current_user AND (r.rolsuper OR r.rolbypassrls))`,
    [table, target],
  );
  for (const { name } of rows) await client.query(`ALTER TABLE ${name} NO FORCE ROW LEVEL SECURITY`);
  await run();
  for (const { name } of rows) await client.query(`ALTER TABLE ${name} FORCE ROW LEVEL SECURITY`);
}
