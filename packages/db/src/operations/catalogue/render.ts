import { quoteFullName, quoteName } from "./text";
import type {
  ColumnGrant,
  ColumnInfo,
  Definitions,
  Grant,
  PolicyInfo,
  TableInfo,
  TriggerInfo,
  ViewInfo,
} from "./types";
import { normaliseView } from "./view-text";

const kinds = [
  "schema",
  "enum",
  "sequence",
  "function",
  "table",
  "constraint",
  "index",
  "rls",
  "policy",
  "trigger",
  "view",
  "grants",
] as const;
type BlockKind = (typeof kinds)[number];

interface Block {
  readonly kind: BlockKind;
  readonly name: string;
  readonly definition: string;
}

const header = new RegExp(`^-- (${kinds.join("|")}) (\\S.*)$`);
/** Escapes a line of a definition that looks like a header with one more blank, which parsing removes. */
const likeHeader = new RegExp(`^ *-- (${kinds.join("|")}) \\S`);

const preamble = [
  "-- The database after all migrations, read from its catalogue. Made by `pnpm db:generate`: do not edit.",
  "-- A difference to a real database is reported block by block.",
].join("\n");

/** The text of schema.sql: readable SQL in blocks that each begin with `-- <kind> <name>`, the same on every server. */
export function renderSchema(catalogue: Definitions): string {
  const blocks = blocksOf(catalogue).map(({ kind, name, definition }) => {
    const lines = definition.split("\n").map((line) => (likeHeader.test(line) ? ` ${line}` : line));
    return `-- ${kind} ${name}\n${lines.join("\n")}\n`;
  });
  return `${preamble}\n\n${blocks.join("\n")}`;
}

/** The inverse: `<kind> <name>` → definition. */
export function parseSchema(text: string): Map<string, string> {
  const blocks = new Map<string, string>();
  let object: string | undefined;
  let lines: string[] = [];
  const finish = () => {
    if (object !== undefined) blocks.set(object, lines.join("\n").trimEnd());
    lines = [];
  };
  for (const line of text.replaceAll("\r\n", "\n").split("\n")) {
    const match = header.exec(line);
    if (match) {
      finish();
      object = `${match[1]} ${match[2]}`;
    } else {
      lines.push(likeHeader.test(line) ? line.slice(1) : line);
    }
  }
  finish();
  return blocks;
}

function blocksOf(catalogue: Definitions): Block[] {
  return [
    ...catalogue.schemas.flatMap(({ name, grants }) => [
      { kind: "schema" as const, name, definition: `CREATE SCHEMA ${quoteName(name)};` },
      ...grantsBlock(name, grantLines(`SCHEMA ${quoteName(name)}`, grants)),
    ]),
    ...catalogue.enums.map(({ fullName, values }) => ({
      kind: "enum" as const,
      name: fullName,
      definition: `CREATE TYPE ${fullName} AS ENUM (${values.map((value) => `'${value.replaceAll("'", "''")}'`).join(", ")});`,
    })),
    ...catalogue.sequences.flatMap(({ schema, name, fullName, definition, grants }) => [
      { kind: "sequence" as const, name: fullName, definition },
      ...grantsBlock(fullName, grantLines(`SEQUENCE ${quoteFullName(schema, name)}`, grants)),
    ]),
    ...catalogue.functions.flatMap(({ kind, fullName, definition, owner, grants }) => {
      const ownership = owner === undefined ? "" : `\nALTER ${kind} ${fullName} OWNER TO ${owner};`;
      return [
        { kind: "function" as const, name: fullName, definition: `${definition};${ownership}` },
        ...grantsBlock(fullName, grantLines(`${kind} ${fullName}`, grants)),
      ];
    }),
    ...catalogue.tables.flatMap(tableBlocks),
    ...catalogue.views.flatMap(viewBlocks),
  ];
}

function tableBlocks(table: TableInfo): Block[] {
  const sql = quoteFullName(table.schema, table.name);
  const block = (kind: BlockKind, name: string, definition: string): Block => ({
    kind,
    name: `${table.fullName}.${name}`,
    definition,
  });
  return [
    { kind: "table", name: table.fullName, definition: tableText(table, sql) },
    ...table.constraints.map(({ name, definition }) =>
      block("constraint", name, `ALTER TABLE ${sql} ADD CONSTRAINT ${quoteName(name)} ${definition};`),
    ),
    ...table.indexes
      .filter((index) => !index.ofConstraint)
      .map((index) => block("index", index.name, `${index.definition};${index.valid ? "" : " -- INVALID"}`)),
    ...rowSecurityBlock(table, sql),
    ...table.policies.map((policy) => block("policy", policy.name, policyText(policy, sql))),
    ...table.triggers.map((trigger) => block("trigger", trigger.name, triggerText(trigger, sql))),
    ...grantsBlock(table.fullName, [...grantLines(sql, table.grants), ...columnGrantLines(sql, table.columnGrants)]),
  ];
}

function tableText(table: TableInfo, sql: string): string {
  const columns = table.columns.map((column) => `  ${quoteName(column.name)} ${columnText(column)}`).join(",\n");
  const suffix = [
    table.partitionOf,
    table.partitionKey,
    table.options.length > 0 ? `WITH (${table.options.join(", ")})` : undefined,
  ].filter((part) => part !== undefined);
  return `CREATE ${table.unlogged ? "UNLOGGED " : ""}TABLE ${sql} (\n${columns}\n)${suffix.map((part) => ` ${part}`).join("")};`;
}

/** A column's definition without its name. */
export function columnText(column: ColumnInfo): string {
  return [
    column.type,
    column.collation === undefined ? undefined : `COLLATE ${column.collation}`,
    column.generated === undefined ? undefined : `GENERATED ALWAYS AS ${column.generated}`,
    column.identity === undefined ? undefined : `GENERATED ${column.identity} AS IDENTITY`,
    column.default === undefined ? undefined : `DEFAULT ${column.default}`,
    column.notNull ? "NOT NULL" : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(" ");
}

function rowSecurityBlock(table: TableInfo, sql: string): Block[] {
  const lines = [
    table.rowSecurity ? `ALTER TABLE ${sql} ENABLE ROW LEVEL SECURITY;` : undefined,
    table.forceRowSecurity ? `ALTER TABLE ${sql} FORCE ROW LEVEL SECURITY;` : undefined,
  ].filter((line) => line !== undefined);
  return lines.length === 0 ? [] : [{ kind: "rls", name: table.fullName, definition: lines.join("\n") }];
}

function policyText(policy: PolicyInfo, sql: string): string {
  const kind = policy.permissive ? "PERMISSIVE" : "RESTRICTIVE";
  return [
    `CREATE POLICY ${quoteName(policy.name)} ON ${sql} AS ${kind} FOR ${policy.command} TO ${policy.roles.map(roleName).join(", ")}`,
    policy.using === undefined ? "" : `\n  USING (${policy.using})`,
    policy.withCheck === undefined ? "" : `\n  WITH CHECK (${policy.withCheck})`,
    ";",
  ].join("");
}

function triggerText(trigger: TriggerInfo, sql: string): string {
  const state =
    trigger.state === "ENABLE" ? "" : `\nALTER TABLE ${sql} ${trigger.state} TRIGGER ${quoteName(trigger.name)};`;
  return `${trigger.definition};${state}`;
}

function viewBlocks(view: ViewInfo): Block[] {
  const sql = quoteFullName(view.schema, view.name);
  const options = view.options.length > 0 ? ` WITH (${view.options.join(", ")})` : "";
  return [
    {
      kind: "view",
      name: view.fullName,
      definition: `CREATE ${view.materialized ? "MATERIALIZED " : ""}VIEW ${sql}${options} AS\n${normaliseView(view.definition)}`,
    },
    ...grantsBlock(view.fullName, grantLines(sql, view.grants)),
  ];
}

function grantsBlock(name: string, lines: string[]): Block[] {
  return lines.length === 0 ? [] : [{ kind: "grants", name, definition: lines.join("\n") }];
}

// GRANT ALL includes MAINTAIN from PostgreSQL 17 on only; the privileges rule looks at it, the text cannot.
function grantLines(target: string, grants: readonly Grant[]): string[] {
  return grants.flatMap(({ role, privileges, grantable }) =>
    [
      { names: privileges.filter((name) => !grantable.includes(name)), option: "" },
      { names: grantable, option: " WITH GRANT OPTION" },
    ].flatMap(({ names, option }) => {
      const list = names.filter((name) => name !== "MAINTAIN").join(", ");
      return list === "" ? [] : [`GRANT ${list} ON ${target} TO ${roleName(role)}${option};`];
    }),
  );
}

function columnGrantLines(sql: string, grants: readonly ColumnGrant[]): string[] {
  return grants.flatMap(({ column, role, privileges, grantable }) =>
    privileges.map((privilege) => {
      const option = grantable.includes(privilege) ? " WITH GRANT OPTION" : "";
      return `GRANT ${privilege} (${quoteName(column)}) ON ${sql} TO ${roleName(role)}${option};`;
    }),
  );
}

function roleName(role: string): string {
  return role === "PUBLIC" ? role : quoteName(role);
}
