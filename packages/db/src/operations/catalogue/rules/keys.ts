import { quoteFullName } from "../text";
import type { TableInfo } from "../types";
import { type Finding, inMigration, type Rule, tenantTablesOf } from "./rule";

const tenantKey: Rule = (catalogue) =>
  tenantTablesOf(catalogue).flatMap((table) => [...nullable(table), ...primaryKey(table)]);

function nullable(table: TableInfo): Finding[] {
  const column = table.columns.find(({ name }) => name === "tenant_id");
  if (column?.notNull && column.type === "uuid") return [];
  const sql = `ALTER TABLE ${quoteFullName(table.schema, table.name)} ALTER COLUMN tenant_id SET NOT NULL`;
  const found = `${column?.type ?? ""}${column?.notNull ? " NOT NULL" : ""}`;
  return [{ object: `column ${table.fullName}.tenant_id`, expected: "uuid NOT NULL", found, fix: inMigration(sql) }];
}

function primaryKey(table: TableInfo): Finding[] {
  const key = table.constraints.find(({ kind }) => kind === "primary key");
  if (key?.columns.join(", ") === "tenant_id, id") return [];
  return [
    {
      object: `table ${table.fullName}`,
      expected: "PRIMARY KEY (tenant_id, id)",
      found: key?.definition ?? "no primary key",
      fix: "Make the table with tenantTable(): a key without tenant_id tells one tenant what another one has.",
    },
  ];
}

const tenantLeads: Rule = (catalogue) =>
  tenantTablesOf(catalogue).flatMap((table) =>
    table.indexes
      .filter((index) => !index.primary && index.columns[0] !== "tenant_id")
      .map((index) => ({
        object: `${index.ofConstraint ? "constraint" : "index"} ${table.fullName}.${index.name}`,
        expected: "tenant_id as the first column",
        found: index.definition,
        fix: `Put tenantId first and run \`pnpm db:generate\` and \`pnpm db:migrate\`${index.unique ? ": a unique key across tenants is an existence oracle" : ""}.`,
      })),
  );

export const keyRules = {
  "tenant-key": tenantKey,
  "tenant-leads-index": tenantLeads,
} satisfies Record<string, Rule>;
