import { quoteFullName } from "../text";
import type { Catalogue, PolicyInfo, TableInfo } from "../types";
import { type Finding, inMigration, isTenantTable, platformRole, type Rule, runtimeRole, tenantTablesOf } from "./rule";

/** The isolation expression, as written in migrations. */
export const tenantIsolation = "tenant_id = (select tenancy.current_tenant_id())";

/** What the server prints for an expression, without blanks, outer parentheses and the aliases it adds. */
function comparable(expression: string | undefined): string {
  const text = (expression ?? "")
    .replace(/ AS "?\w+"?/g, "")
    .replace(/\s+/g, "")
    .toLowerCase();
  return text.startsWith("(") && text.endsWith(")") ? text.slice(1, -1) : text;
}

const isolation = comparable(tenantIsolation);

const forced: Rule = (catalogue) =>
  tenantTablesOf(catalogue).flatMap((table) => {
    if (table.rowSecurity && table.forceRowSecurity) return [];
    const found = table.rowSecurity ? "enabled, not forced: it does not bind the owner" : "not enabled";
    const sql = quoteFullName(table.schema, table.name);
    const fix = inMigration(`ALTER TABLE ${sql} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`);
    return [{ object: `table ${table.fullName}`, expected: "row level security enabled and forced", found, fix }];
  });

const isolationPolicy: Rule = (catalogue) =>
  tenantTablesOf(catalogue).flatMap((table) => {
    const expected = `PERMISSIVE FOR ALL TO ${runtimeRole} USING (${tenantIsolation}) WITH CHECK (the same)`;
    const isRight = (policy: PolicyInfo) =>
      policy.permissive &&
      appliesTo(policy, runtimeRole) &&
      comparable(policy.using) === isolation &&
      comparable(policy.withCheck) === isolation;
    return requirePolicy(table, "tenant_isolation", expected, isRight);
  });

const noWiderPolicy: Rule = (catalogue) =>
  tenantTablesOf(catalogue).flatMap((table) =>
    table.policies
      .filter((policy) => policy.permissive && policy.name !== "tenant_isolation")
      .filter((policy) => policy.roles.includes(runtimeRole) || policy.roles.includes("PUBLIC"))
      .map((policy) => ({
        object: `policy ${table.fullName}.${policy.name}`,
        expected: `tenant_isolation as the only permissive policy for ${runtimeRole}`,
        found: describe(policy),
        fix: `Permissive policies widen each other: make it RESTRICTIVE or drop it in a migration, or allow it with a reason.`,
      })),
  );

const platformPolicy: Rule = (catalogue) =>
  tenantTablesOf(catalogue).flatMap((table) => {
    const expected = `PERMISSIVE FOR ALL TO ${platformRole} USING (true) WITH CHECK (true)`;
    const isRight = (policy: PolicyInfo) =>
      policy.permissive &&
      appliesTo(policy, platformRole) &&
      comparable(policy.using) === "true" &&
      (policy.withCheck === undefined || comparable(policy.withCheck) === "true");
    return requirePolicy(table, "platform_access", expected, isRight);
  });

const ownerColumns = ["company_id", "business_id"];

/** True for a table whose rows are companies or businesses: what a `company_id` refers to by its id. */
function isCompanyTable({ fullName }: TableInfo, { tables }: Catalogue): boolean {
  return tables.some(({ constraints }) =>
    constraints.some(
      ({ columns, references }) =>
        references?.table === fullName &&
        columns.some((name, index) => ownerColumns.includes(name) && references.columns[index] === "id"),
    ),
  );
}

const companyPolicy: Rule = (catalogue) =>
  tenantTablesOf(catalogue).flatMap((table) => {
    const columns = ownerColumns.filter((name) => table.columns.some((column) => column.name === name));
    const column = isCompanyTable(table, catalogue) ? "id" : columns[0];
    if (column === undefined) return [];
    const expected = `RESTRICTIVE FOR ALL TO ${runtimeRole}, USING and WITH CHECK the same, comparing ${column} with current_company_id`;
    const isRight = (policy: PolicyInfo) => {
      const using = comparable(policy.using);
      const comparesColumn = new RegExp(`\\b${column}=`).test(using) && using.includes("current_company_id");
      return (
        !policy.permissive && appliesTo(policy, runtimeRole) && comparesColumn && using === comparable(policy.withCheck)
      );
    };
    return requirePolicy(table, "company_isolation", expected, isRight);
  });

/** The runtime login may use a table without tenant_id only by a written allowance: no policy can separate its rows. */
const sharedTables: Rule = (catalogue: Catalogue) =>
  catalogue.tables.flatMap((table) => {
    const usable = [...table.grants, ...table.columnGrants].some((grant) => grant.role === runtimeRole);
    if (isTenantTable(table) || !usable || (table.rowSecurity && table.forceRowSecurity)) return [];
    return [
      {
        object: `table ${table.fullName}`,
        expected: `tenant_id, or forced row level security, on a table that ${runtimeRole} may use`,
        found: "rows of all tenants without row level security",
        fix: "Make it with tenantTable(), or enable and force row level security in a migration, or allow it with a reason.",
      },
    ];
  });

function appliesTo(policy: PolicyInfo, role: string): boolean {
  return policy.command === "ALL" && policy.roles.length === 1 && policy.roles[0] === role;
}

function requirePolicy(
  table: TableInfo,
  name: string,
  expected: string,
  isRight: (policy: PolicyInfo) => boolean,
): Finding[] {
  const policy = table.policies.find((candidate) => candidate.name === name);
  if (policy && isRight(policy)) return [];
  const object = `policy ${table.fullName}.${name}`;
  const found = policy ? describe(policy) : "missing";
  return [
    {
      object,
      expected,
      found,
      fix: `Make the table with tenantTable() and run \`pnpm db:generate\` and \`pnpm db:migrate\`.`,
    },
  ];
}

function describe(policy: PolicyInfo): string {
  const kind = policy.permissive ? "PERMISSIVE" : "RESTRICTIVE";
  return `${kind} FOR ${policy.command} TO ${policy.roles.join(", ")} USING (${policy.using ?? "nothing"}) WITH CHECK (${policy.withCheck ?? "nothing"})`;
}

export const rowSecurityRules = {
  "row-security-forced": forced,
  "tenant-isolation-policy": isolationPolicy,
  "no-wider-policy": noWiderPolicy,
  "platform-access-policy": platformPolicy,
  "company-isolation-policy": companyPolicy,
  "shared-table": sharedTables,
} satisfies Record<string, Rule>;
