import { randomBytes, randomUUID } from "node:crypto";
import { getTableName, getTableUniqueName } from "drizzle-orm";
import { getTableConfig, type PgColumn, type PgTable } from "drizzle-orm/pg-core";
import pg from "pg";
import type { SampleRule } from "../core/domain";
import type { TenantTableEntry } from "../core/tenant-table";
import { domains } from "../domains";

/** A row by SQL column name. Rows that were read back hold every value as text. */
export type Values = Record<string, unknown>;

/** Whose rows are made. Keep one per tenant: its companies and businesses are shared by all its rows. */
export interface SampleContext {
  readonly tenantId: string;
  /** Ids of the shared parents by table; filled at first use. */
  readonly anchors: Map<string, string>;
}

export interface SampleOptions {
  /** Values that must be as given. A parent that a given id refers to is made under that id when it is missing. */
  given?: Values;
  /** Nullable columns that shall hold a value too. */
  fill?: readonly string[];
}

/** What single tables need, by `schema.table`. */
const rules: Readonly<Record<string, SampleRule>> = Object.assign(
  {},
  ...Object.values(domains).map(({ testing }) => testing.samples),
);

/** The row could not be made; `code` and `constraint` are the server's. */
export class SampleRowError extends Error {
  constructor(
    table: string,
    readonly code: string | undefined,
    readonly constraint: string | undefined,
    options: ErrorOptions,
  ) {
    super(
      `No sample row for ${table} (${code} ${constraint ?? ""}): add to the samples of its domain, in <domain>/testing.ts`,
      options,
    );
    this.name = "SampleRowError";
  }
}

export const sampleContext = (tenantId: string): SampleContext => ({ tenantId, anchors: new Map() });

/**
 * Inserts a valid row of any tenant table, with the parents it needs in the same tenant and company, and returns it
 * with every value as text. `owner` is a superuser's client outside a transaction. Throws `SampleRowError`.
 */
export async function insertSampleRow(
  owner: pg.Client,
  entry: Pick<TenantTableEntry, "table">,
  context: SampleContext,
  options: SampleOptions = {},
): Promise<Values> {
  return (await make({ owner, context, pool: new Map(), depth: 0 }, entry.table, options, "keep")).row;
}

/** The values of a row that could be inserted: its parents are made, the row itself is tried and taken back. */
export async function sampleValues(
  owner: pg.Client,
  entry: Pick<TenantTableEntry, "table">,
  context: SampleContext,
  options: SampleOptions = {},
): Promise<Values> {
  return (await make({ owner, context, pool: new Map(), depth: 0 }, entry.table, options, "take-back")).values;
}

/** Parents that the rows of one tree share: the n-th parent of a table is the same row wherever it is needed. */
interface Tree {
  owner: pg.Client;
  context: SampleContext;
  pool: Map<string, Values[]>;
  depth: number;
}

type Made = { values: Values; row: Values };

const configs = new WeakMap<PgTable, ReturnType<typeof getTableConfig>>();

/** The table's configuration, which Drizzle builds anew at each call: a row asks for it a dozen times. */
function configOf(table: PgTable) {
  const config = configs.get(table) ?? getTableConfig(table);
  configs.set(table, config);
  return config;
}

const anchorColumns = ["company_id", "business_id"];
let serials = 1;

async function make(tree: Tree, table: PgTable, options: SampleOptions, then: "keep" | "take-back"): Promise<Made> {
  const name = sqlName(table);
  if (tree.depth > 12) throw new TypeError(`${name} needs itself as a parent: make that foreign key nullable`);
  const columns = configOf(table).columns as PgColumn[];
  const fixed: Values = { ...rules[name]?.values, ...options.given };
  if (columns.some((c) => c.name === "tenant_id")) fixed.tenant_id = tree.context.tenantId;
  const fill = new Set(options.fill);
  const sets = rules[name]?.together ?? [];
  const asked = [...new Set(sets.flat())].filter((column) => column in fixed || fill.has(column));
  // Columns that exclude each other: the first set that has one of them.
  const set =
    sets.find((each) => asked.every((column) => each.includes(column))) ??
    sets.find((each) => asked.some((column) => each.includes(column))) ??
    [];
  for (const column of asked) fill.delete(column);
  for (const column of set) fill.add(column);
  const needed = (c: PgColumn) =>
    c.generated === undefined &&
    (c.name in fixed || fill.has(c.name) || (c.notNull && (!c.hasDefault || anchorColumns.includes(c.name))));
  await makeParents(tree, table, fixed, needed);

  const free = columns.filter((c) => needed(c) && !(c.name in fixed));
  const choices = choiceVariants(columns.filter((c) => isChoice(c) && !c.generated && !(c.name in fixed) && c.notNull));
  for (let serial = 1, variant = 0, attempt = 0; ; attempt += 1) {
    const sampled = free.map((c, position) => [c.name, sampleOf(c, serial, position)] as const);
    const values = { ...Object.fromEntries(sampled), ...choices[variant], ...fixed };
    try {
      return { values, row: await insert(tree, table, values, then) };
    } catch (error) {
      const { code, constraint } = error as pg.DatabaseError;
      // Taken: tries the next number or date. Refused by a CHECK: tries the next combination of choices.
      const alone = code === "23505" ? oneOf(table, constraint) : undefined;
      if (alone === "company" && options.given?.company_id === undefined)
        return inNewCompany(tree, table, options, then);
      // A company or tenant may have only one such row, and has it: it is the sample.
      if (alone) {
        const owner = alone === "company" ? { company_id: fixed.company_id } : {};
        return { values, row: (await find(tree, table, owner)) ?? {} };
      }
      if (code === "23505" && tree.pool.size > 0 && holdsParent(table, constraint)) {
        return make({ ...tree, pool: new Map() }, table, options, then);
      }
      const taken = (code === "23505" || code === "23P01") && attempt < 25;
      const refused = code === "23514" && variant + 1 < choices.length;
      if (!taken && !refused) throw new SampleRowError(name, code, constraint, { cause: error });
      if (refused) variant += 1;
      else serial = ++serials;
    }
  }
}

/** Whether the unique key holds a record that the row refers to: another number would not help, another record does. */
function holdsParent(table: PgTable, key: string | undefined): boolean {
  const found = configOf(table).uniqueConstraints.find((each) => each.getName() === key);
  const links = configOf(table).foreignKeys.map((link) => link.reference().columns.at(-1)?.name);
  const names = found?.columns.map(({ name }) => name) ?? [];
  return names.some((name) => name !== "tenant_id" && !anchorColumns.includes(name) && links.includes(name));
}

/** Of what the unique key allows one such row only: a company or a tenant. */
function oneOf(table: PgTable, key: string | undefined): "company" | "tenant" | undefined {
  const found = configOf(table).uniqueConstraints.find((each) => each.getName() === key);
  const others = found?.columns.map(({ name }) => name).filter((name) => name !== "tenant_id");
  if (others?.length === 0) return "tenant";
  return others?.join() === "company_id" ? "company" : undefined;
}

async function inNewCompany(tree: Tree, table: PgTable, options: SampleOptions, then: "keep" | "take-back") {
  const links = configOf(table).foreignKeys.map((key) => key.reference());
  const company = links.find((link) => link.columns.at(-1)?.name === "company_id")?.foreignTable;
  if (!company) throw new TypeError(`${sqlName(table)} has one row for each company, but refers to none`);
  const { row } = await make({ ...tree, depth: tree.depth + 1 }, company, {}, "keep");
  return make(tree, table, { ...options, given: { ...options.given, company_id: row.id } }, then);
}

async function makeParents(tree: Tree, table: PgTable, fixed: Values, needed: (c: PgColumn) => boolean) {
  const used = new Map<string, number>();
  const links = configOf(table).foreignKeys.map((key) => key.reference());
  // Short keys first: (tenant, company) settles the company that (tenant, company, customer) is looked up in.
  for (const link of links.sort((a, b) => a.columns.length - b.columns.length)) {
    const pairs = link.columns
      .map((own, i) => ({ own, foreign: link.foreignColumns[i]?.name ?? "" }))
      .filter(({ own }) => own.name !== "tenant_id");
    if (pairs.length === 0 || !pairs.every(({ own }) => needed(own))) continue;
    const target = sqlName(link.foreignTable);
    const wanted = wantedOfParent(link.foreignTable, pairs, fixed);
    const parent = await parentOf(tree, link.foreignTable, target, wanted, used, pairs);
    for (const { own, foreign } of pairs) fixed[own.name] = parent[foreign];
  }
}

type Pair = { own: PgColumn; foreign: string };

/** What the row determines of its parent: the key columns that it has values for, and the company. */
function wantedOfParent(parent: PgTable, pairs: Pair[], fixed: Values): Values {
  const columns = new Set(configOf(parent).columns.map((c) => c.name));
  const anchors = anchorColumns.filter((name) => columns.has(name) && fixed[name] !== undefined);
  const keys = pairs.filter(({ own }) => fixed[own.name] !== undefined);
  return Object.fromEntries([
    ...anchors.map((name) => [name, fixed[name]]),
    ...keys.map(({ own, foreign }) => [foreign, fixed[own.name]]),
  ]);
}

async function parentOf(
  tree: Tree,
  table: PgTable,
  target: string,
  wanted: Values,
  used: Map<string, number>,
  pairs: Pair[],
): Promise<Values> {
  const create = () => make({ ...tree, depth: tree.depth + 1 }, table, { given: wanted }, "keep").then((m) => m.row);
  if (pairs.every(({ foreign }) => wanted[foreign] !== undefined)) {
    return (await find(tree, table, wanted)) ?? create();
  }
  if (pairs.some(({ own }) => anchorColumns.includes(own.name)) && pairs.length === 1) {
    const id = tree.context.anchors.get(target) ?? String((await create()).id);
    tree.context.anchors.set(target, id);
    return (await find(tree, table, { id })) ?? { id };
  }
  // A row that refers to one table twice (from, to) gets two parents; the whole tree shares them.
  const pool = tree.pool.get(`${target} ${JSON.stringify(wanted)}`) ?? [];
  const position = used.get(target) ?? 0;
  const parent = pool[position] ?? (await create());
  pool[position] = parent;
  tree.pool.set(`${target} ${JSON.stringify(wanted)}`, pool);
  used.set(target, position + 1);
  return parent;
}

async function find(tree: Tree, table: PgTable, wanted: Values): Promise<Values | undefined> {
  const scoped = configOf(table).columns.some((c) => c.name === "tenant_id");
  const key: Values = scoped ? { tenant_id: tree.context.tenantId, ...wanted } : wanted;
  const where = Object.keys(key).map((name, i) => `${pg.escapeIdentifier(name)} = $${i + 1}`);
  const text = `select * from ${quoted(table)} where ${where.join(" and ")}`;
  return (await tree.owner.query<Values>({ text, values: Object.values(key), types: asText })).rows[0];
}

async function insert(tree: Tree, table: PgTable, values: Values, then: "keep" | "take-back"): Promise<Values> {
  // Only triggers are switched off; foreign keys and CHECKs still apply.
  const withoutTriggers = `alter table ${quoted(table)} disable trigger user`;
  if (rules[sqlName(table)]?.pastTriggers) return insertOnce(tree, table, values, then, withoutTriggers);
  try {
    return await insertOnce(tree, table, values, then, "");
  } catch (error) {
    if (!/^(ZT|P0)/.test((error as pg.DatabaseError).code ?? "")) throw error;
    // The triggers refuse a document without its history.
    return insertOnce(tree, table, values, then, withoutTriggers);
  }
}

async function insertOnce(tree: Tree, table: PgTable, values: Values, then: string, first: string): Promise<Values> {
  const { owner, context } = tree;
  const scope = `select set_config('app.current_tenant_id', ${pg.escapeLiteral(context.tenantId)}, true)`;
  try {
    await owner.query(["begin", scope, first].join("; "));
    const { rows } = await owner.query<Values>({
      ...insertStatement(quoted(table), values, "returning *"),
      types: asText,
    });
    const last = first.replace(" disable ", " enable ");
    await owner.query(then === "keep" ? `${last}; commit` : "rollback");
    return rows[0] ?? {};
  } catch (error) {
    await owner.query("rollback");
    throw error;
  }
}

/** `insert into … values …` with parameters; `table` is quoted already. */
export function insertStatement(table: string, values: Values, rest = ""): { text: string; values: unknown[] } {
  const names = Object.keys(values);
  const list = names.map((name) => pg.escapeIdentifier(name)).join(", ");
  const holes = names.map((_name, i) => `$${i + 1}`).join(", ");
  return { text: `insert into ${table} (${list}) values (${holes}) ${rest}`, values: Object.values(values) };
}

/** Type parsers that keep what the server wrote, so that a value read back can be written again unchanged. */
export const asText: pg.CustomTypesConfig = { getTypeParser: () => (value: string) => value };

const quoted = (table: PgTable) =>
  `${pg.escapeIdentifier(configOf(table).schema ?? "public")}.${pg.escapeIdentifier(getTableName(table))}`;
const sqlName = (table: PgTable) => getTableUniqueName(table);
const isChoice = (c: PgColumn) => (c.enumValues?.length ?? 0) > 0;

/** Every combination of the choices, defaults first, at most 200. */
function choiceVariants(columns: PgColumn[]): Values[] {
  let variants: Values[] = [{}];
  for (const c of columns) {
    const own: Values[] = (c.enumValues ?? []).map((value) => ({ [c.name]: value }));
    const options = c.hasDefault ? [{}, ...own] : own;
    variants = options.flatMap((option) => variants.map((variant) => ({ ...variant, ...option }))).slice(0, 200);
  }
  return variants;
}

/** A value of the column's type. Dates rise from column to column, so that a due date is not before its invoice's. */
function sampleOf(column: PgColumn, serial: number, position: number): unknown {
  const type = column.getSQLType();
  if (column.dimensions || type.endsWith("]")) return "{}";
  if (isChoice(column)) return column.enumValues?.[0];
  const day = new Date(Date.UTC(2030, 0, 1 + serial * 40 + position)).toISOString();
  if (type === "uuid") return randomUUID();
  if (/^(text|varchar|char)/.test(type)) return textOf(column.name, Number(/\d+/.exec(type)?.[0] ?? 40));
  if (/^(numeric|double|real)/.test(type)) return "1.00";
  if (/^(integer|bigint|smallint|xid8)/.test(type)) return String(serial);
  if (type === "boolean") return "false";
  if (type === "date") return day.slice(0, 10);
  if (type.startsWith("timestamp")) return day;
  if (/^jsonb?$/.test(type)) return "{}";
  if (type === "bytea") return "\\x00";
  throw new TypeError(`There is no sample for columns of type ${type} (${column.name}): add one to sampleOf`);
}

function textOf(name: string, length: number): string {
  if (/currency/.test(name)) {
    // Currencies of other than two decimals begin with other letters: not every table takes them.
    const [first = 0, ...rest] = randomBytes(3);
    return "AEHNQSZ".charAt(first % 7) + rest.map((byte) => String.fromCharCode(65 + (byte % 26))).join("");
  }
  const text = randomBytes(12).toString("hex");
  return (name === "email" ? `${text}@example.com` : text).slice(0, length);
}
