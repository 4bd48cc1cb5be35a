import type { ClientBase } from "pg";
import { groupBy } from "./read-grants";
import { byName, normaliseText } from "./text";
import type {
  ConstraintInfo,
  ConstraintKind,
  ForeignKeyAction,
  IndexInfo,
  PolicyCommand,
  PolicyInfo,
  TriggerInfo,
} from "./types";

const constraintKinds: Record<string, ConstraintKind> = {
  p: "primary key",
  u: "unique",
  f: "foreign key",
  c: "check",
  x: "exclusion",
};
const actions: Record<string, ForeignKeyAction> = {
  a: "NO ACTION",
  r: "RESTRICT",
  c: "CASCADE",
  n: "SET NULL",
  d: "SET DEFAULT",
};
const commands: Record<string, PolicyCommand> = { "*": "ALL", r: "SELECT", a: "INSERT", w: "UPDATE", d: "DELETE" };
const states: Record<string, TriggerInfo["state"]> = {
  O: "ENABLE",
  D: "DISABLE",
  R: "ENABLE REPLICA",
  A: "ENABLE ALWAYS",
};

const columnNames = (relation: string, numbers: string) =>
  `(SELECT coalesce(json_agg(a.attname ORDER BY u.position), '[]') FROM unnest(${numbers}) WITH ORDINALITY u(number, position)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = ${relation} AND a.attnum = u.number)`;

/** Constraints by table oid. Not-null constraints (PostgreSQL 18) are part of the column. */
export async function readConstraints(client: ClientBase, schemas: string[]): Promise<Map<string, ConstraintInfo[]>> {
  const { rows } = await client.query<{
    oid: string;
    name: string;
    kind: string;
    definition: string;
    columns: string[];
    deferrable: boolean;
    parent: string | null;
    parent_columns: string[];
    on_delete: string;
    on_update: string;
  }>(
    `SELECT k.conrelid::text AS oid, k.conname AS name, k.contype AS kind, pg_get_constraintdef(k.oid) AS definition,
            ${columnNames("k.conrelid", "k.conkey")} AS columns, k.condeferrable AS deferrable,
            CASE WHEN k.contype = 'f' THEN (
              SELECT pn.nspname || '.' || p.relname FROM pg_catalog.pg_class p
              JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace WHERE p.oid = k.confrelid
            ) END AS parent,
            ${columnNames("k.confrelid", "k.confkey")} AS parent_columns,
            k.confdeltype AS on_delete, k.confupdtype AS on_update
     FROM pg_catalog.pg_constraint k
     JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ANY ($1) AND k.contype IN ('p', 'u', 'f', 'c', 'x') AND NOT (k.contype = 'f' AND k.conparentid <> 0)`,
    [schemas],
  );
  return sortedByTable(rows, (row) => ({
    name: row.name,
    kind: constraintKinds[row.kind] ?? "check",
    definition: normaliseText(row.definition),
    columns: row.columns,
    deferrable: row.deferrable,
    references:
      row.parent === null
        ? undefined
        : {
            table: row.parent,
            columns: row.parent_columns,
            onDelete: actions[row.on_delete] ?? "NO ACTION",
            onUpdate: actions[row.on_update] ?? "NO ACTION",
          },
  }));
}

/** Indexes by table oid, those of constraints included. */
export async function readIndexes(client: ClientBase, schemas: string[]): Promise<Map<string, IndexInfo[]>> {
  const { rows } = await client.query<{
    oid: string;
    name: string;
    definition: string;
    valid: boolean;
    unique: boolean;
    columns: (string | null)[];
    predicate: string | null;
    of_constraint: boolean;
    primary: boolean;
  }>(
    `SELECT x.indrelid::text AS oid, i.relname AS name, pg_get_indexdef(x.indexrelid) AS definition,
            x.indisvalid AS valid, x.indisunique AS unique, x.indisprimary AS primary,
            (SELECT json_agg(a.attname ORDER BY k.position)
             FROM unnest(x.indkey) WITH ORDINALITY k(number, position)
             LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.number AND k.number <> 0
             WHERE k.position <= x.indnkeyatts) AS columns,
            pg_get_expr(x.indpred, x.indrelid) AS predicate,
            EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k
                    WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u', 'x')) AS of_constraint
     FROM pg_catalog.pg_index x
     JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
     JOIN pg_catalog.pg_class c ON c.oid = x.indrelid AND c.relkind IN ('r', 'p')
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ANY ($1)`,
    [schemas],
  );
  return sortedByTable(rows, (row) => ({
    name: row.name,
    definition: normaliseText(row.definition),
    valid: row.valid,
    unique: row.unique,
    columns: row.columns.map((column) => column ?? undefined),
    predicate: row.predicate === null ? undefined : normaliseText(row.predicate),
    ofConstraint: row.of_constraint,
    primary: row.primary,
  }));
}

/** Row security policies by table oid. */
export async function readPolicies(client: ClientBase, schemas: string[]): Promise<Map<string, PolicyInfo[]>> {
  const { rows } = await client.query<{
    oid: string;
    name: string;
    permissive: boolean;
    command: string;
    roles: string[];
    using: string | null;
    with_check: string | null;
  }>(
    `SELECT p.polrelid::text AS oid, p.polname AS name, p.polpermissive AS permissive, p.polcmd AS command,
            (SELECT json_agg(CASE WHEN role = 0 THEN 'PUBLIC' ELSE coalesce(r.rolname::text, 'unknown role') END)
             FROM unnest(p.polroles) role LEFT JOIN pg_catalog.pg_roles r ON r.oid = role) AS roles,
            pg_get_expr(p.polqual, p.polrelid) AS using, pg_get_expr(p.polwithcheck, p.polrelid) AS with_check
     FROM pg_catalog.pg_policy p
     JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ANY ($1)`,
    [schemas],
  );
  return sortedByTable(rows, (row) => ({
    name: row.name,
    permissive: row.permissive,
    command: commands[row.command] ?? "ALL",
    roles: row.roles.toSorted(),
    using: row.using === null ? undefined : normaliseText(row.using),
    withCheck: row.with_check === null ? undefined : normaliseText(row.with_check),
  }));
}

/** Triggers by table oid, without those that serve foreign keys. */
export async function readTriggers(client: ClientBase, schemas: string[]): Promise<Map<string, TriggerInfo[]>> {
  const { rows } = await client.query<{
    oid: string;
    name: string;
    definition: string;
    state: string;
    before_each_update: boolean;
    source: string;
  }>(
    // tgtype bits: 1 row, 2 before, 16 update.
    `SELECT t.tgrelid::text AS oid, t.tgname AS name, pg_get_triggerdef(t.oid) AS definition, t.tgenabled AS state,
            (t.tgtype::int & 19) = 19 AND cardinality(t.tgattr::int2[]) = 0 AS before_each_update, f.prosrc AS source
     FROM pg_catalog.pg_trigger t
     JOIN pg_catalog.pg_proc f ON f.oid = t.tgfoid
     JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid AND c.relkind IN ('r', 'p')
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ANY ($1) AND NOT t.tgisinternal`,
    [schemas],
  );
  return sortedByTable(rows, (row) => ({
    name: row.name,
    definition: normaliseText(row.definition),
    state: states[row.state] ?? "ENABLE",
    beforeEachUpdate: row.before_each_update,
    functionSource: row.source,
  }));
}

function sortedByTable<R extends { oid: string }, T extends { name: string }>(
  rows: readonly R[],
  convert: (row: R) => T,
): Map<string, T[]> {
  return new Map(
    [...groupBy(rows, (row) => row.oid)].map(([oid, own]) => [oid, own.map(convert).sort(byName((item) => item.name))]),
  );
}
