import { quoteFullName, quoteName } from "../text";
import type { Catalogue, TableInfo } from "../types";
import { inMigration, isTenantTable, personalSchemas, platformRole, type Rule, runtimeRole } from "./rule";

/*
 * What lets a tenant move to another server while it works, by ordinary logical replication: its rows stand alone, have
 * the same keys everywhere, and arrive there as they were. `tenant-key` and `tenant-leads-index` prove the keys.
 */

/** An object of the package's schemas, with the SQL that it consists of. */
interface Piece {
  readonly schema: string;
  /** `<kind> <name>` of the error. */
  readonly object: string;
  readonly texts: readonly (string | undefined)[];
}

function piecesOf(catalogue: Catalogue): Piece[] {
  return [
    ...catalogue.tables.flatMap(piecesOfTable),
    ...catalogue.views.map(({ schema, fullName, definition, readsFrom }) => ({
      schema,
      object: `view ${fullName}`,
      texts: [definition, ...readsFrom],
    })),
    ...catalogue.functions.map(({ schema, fullName, definition, searchPath }) => ({
      schema,
      object: `function ${fullName}`,
      texts: [definition, ...(searchPath?.split(",").map((name) => `${name.trim()}.*`) ?? [])],
    })),
  ];
}

function piecesOfTable(table: TableInfo): Piece[] {
  const piece = (kind: string, name: string, ...texts: (string | undefined)[]): Piece => ({
    schema: table.schema,
    object: `${kind} ${table.fullName}.${name}`,
    texts,
  });
  return [
    ...table.columns.map((column) => piece("column", column.name, column.default, column.generated)),
    ...table.constraints.map(({ name, definition, references }) =>
      piece("constraint", name, definition, references?.table),
    ),
    ...table.indexes.map(({ name, definition }) => piece("index", name, definition.replace(/^.*? USING /, ""))),
    ...table.policies.map(({ name, using, withCheck }) => piece("policy", name, using, withCheck)),
    ...table.triggers.map(({ name, definition }) => piece("trigger", name, definition.replace(/ ON \S+ /, " "))),
  ];
}

const withoutComments = (text: string) => text.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, "");

/** Names `schema.object`, also quoted or inside the text of dynamic SQL, and the schema's name alone as a literal. */
function reaches(texts: readonly (string | undefined)[], schema: string): boolean {
  const named = new RegExp(`(^|[^\\w."])"?${schema}"?\\s*\\.\\s*["\\w*%]|'"?${schema}"?'`, "i");
  return texts.some((text) => text !== undefined && named.test(withoutComments(text)));
}

/** Persons sign in once, and their tenants may live elsewhere. What an exception may reach is said in an allowance. */
const identityApart: Rule = (catalogue) => {
  const personal = catalogue.schemas.map(({ name }) => name).filter((name) => personalSchemas.includes(name));
  const ofTenants = catalogue.schemas.map(({ name }) => name).filter((name) => !personalSchemas.includes(name));
  return piecesOf(catalogue).flatMap(({ schema, object, texts }) => {
    const others = personalSchemas.includes(schema) ? ofTenants : personal;
    const found = others.filter((other) => reaches(texts, other));
    if (found.length === 0) return [];
    return [
      {
        object,
        expected: `nothing of ${found.join(", ")} in the schema ${schema}: persons and tenants know each other by plain ids`,
        found: `it reaches ${found.join(", ")}`,
        fix: "Keep a plain id, and ask the other side through the package; or allow it with a reason.",
      },
    ];
  });
};

/** Whoever reads or changes a tenant's rows does so in the scope of that tenant; only the platform sees all. */
const oneTenant: Rule = (catalogue) => [
  ...catalogue.tables.filter(isTenantTable).flatMap((table) =>
    table.policies
      .filter(({ permissive, command, roles }) => permissive && command !== "INSERT" && roles.some(isOther))
      .filter(({ using }) => !using?.includes("current_tenant_id"))
      .map(({ name, roles, using }) => ({
        object: `policy ${table.fullName}.${name}`,
        expected: `rows of the scope's tenant alone, for every role but ${platformRole}`,
        found: `USING (${using ?? "true"}) for ${roles.filter(isOther).join(", ")}`,
        fix: `Let the function that needs it run in the scope of a tenant, and drop the policy: ${inMigration(`DROP POLICY ${quoteName(name)} ON ${quoteFullName(table.schema, table.name)}`)}`,
      })),
  ),
  ...catalogue.functions
    .filter(({ schema, definition }) => !personalSchemas.includes(schema) && setsTenant(withoutComments(definition)))
    .map(({ fullName }) => ({
      object: `function ${fullName}`,
      expected: "work in the tenant of the scope",
      found: "it sets app.current_tenant_id",
      fix: "What happens between two tenants is two units of work: an outbox, and an idempotency key.",
    })),
];

// What the runtime login may see is the business of `tenant-isolation-policy` and `no-wider-policy`.
const isOther = (role: string) => ![runtimeRole, platformRole, "PUBLIC"].includes(role);
const setsTenant = (text: string) =>
  /set_config\s*\(\s*'app\.current_tenant_id'|set\s+(local\s+|session\s+)?"?app"?\."?current_tenant_id/i.test(text);

const sequences: Rule = (catalogue) => {
  const expected = "ids by uuid, and numbers by tenancy.number_series: two servers would count alike";
  const fix = (statement: string) => `Use newId() or a number series. ${inMigration(statement)}`;
  return [
    ...catalogue.sequences.map(({ schema, name, fullName }) => ({
      object: `sequence ${fullName}`,
      expected,
      found: "a sequence",
      fix: fix(`DROP SEQUENCE ${quoteFullName(schema, name)}`),
    })),
    ...catalogue.tables.flatMap((table) =>
      table.columns
        .filter((column) => column.identity !== undefined || column.default?.includes("nextval("))
        .map((column) => ({
          object: `column ${table.fullName}.${column.name}`,
          expected,
          found:
            column.identity === undefined ? `DEFAULT ${column.default}` : `GENERATED ${column.identity} AS IDENTITY`,
          fix: fix(`ALTER TABLE ${quoteFullName(table.schema, table.name)} DROP COLUMN ${quoteName(column.name)}`),
        })),
    ),
  ];
};

const replicaIdentity: Rule = (catalogue) =>
  catalogue.tables
    .filter((table) => table.replicaIdentity !== "DEFAULT")
    .map((table) => ({
      object: `table ${table.fullName}`,
      expected: "REPLICA IDENTITY DEFAULT: changes are told by the primary key",
      found: `REPLICA IDENTITY ${table.replicaIdentity}`,
      fix: inMigration(`ALTER TABLE ${quoteFullName(table.schema, table.name)} REPLICA IDENTITY DEFAULT`),
    }));

const silentTriggers: Rule = (catalogue) =>
  catalogue.tables.flatMap((table) =>
    table.triggers
      .filter(({ state }) => state === "ENABLE ALWAYS" || state === "ENABLE REPLICA")
      .map(({ name, state }) => ({
        object: `trigger ${table.fullName}.${name}`,
        expected: "ENABLE: rows that arrive by replication were checked and counted where they were written",
        found: state,
        fix: inMigration(`ALTER TABLE ${quoteFullName(table.schema, table.name)} ENABLE TRIGGER ${quoteName(name)}`),
      })),
  );

/** Rows of persons that a function may show or write are kept apart by policies too, whatever the function forgets. */
const personalRows: Rule = (catalogue) =>
  catalogue.tables
    .filter((table) => personalSchemas.includes(table.schema) && !(table.rowSecurity && table.forceRowSecurity))
    .filter(({ grants }) => !grants.some(({ role }) => role === "identity"))
    .map((table) => ({
      object: `table ${table.fullName}`,
      expected: "row level security enabled and forced, or rights for identity alone",
      found: table.rowSecurity ? "enabled, not forced" : "not enabled",
      fix: inMigration(
        `ALTER TABLE ${quoteFullName(table.schema, table.name)} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`,
      ),
    }));

export const movableRules = {
  "identity-apart": identityApart,
  "one-tenant": oneTenant,
  "no-sequences": sequences,
  "default-replica-identity": replicaIdentity,
  "silent-triggers": silentTriggers,
  "personal-rows": personalRows,
} satisfies Record<string, Rule>;
