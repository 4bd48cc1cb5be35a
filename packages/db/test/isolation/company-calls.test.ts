import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { snakeCase } from "../../src/core/columns";
import { firstId, lastId } from "../../src/core/page";
import { allStatements, type CompiledQuery } from "../../src/core/statement";
import { tenantTables } from "../../src/core/tenant-table";
import { domains } from "../../src/domains";
import type { TenantDatabase } from "../../src/index";
import { createTenant } from "../../src/testing";
import { inEachDomain } from "../../src/testing/factories";
import { insertSampleRow, sampleContext, type Values } from "../../src/testing/sample-rows";
import { type Arena, openArena } from "./arena";
import { attempt, quoted, type Settings } from "./checks/attempt";
import { type Ended, ended, insist, knownValue, reached, wordsOf } from "./checks/guesses";

/*
 * Company Two of a tenant calls every method of every repository, and every statement, with what it could know of company
 * One: the ids of its records, and all else that stands in them. It learns nothing and changes nothing. That the same calls
 * reach the records in One's own scope is the control.
 */
let arena: Arena;
let one: TenantDatabase;
let two: TenantDatabase;
let settings: Record<"one" | "two", Settings>;
let known: Map<string, Values[]>;
/** What only records of One hold. */
let secrets: string[];

const owned = tenantTables().filter((entry) => entry.ownedBy !== undefined);

beforeAll(async () => {
  arena = await openArena();
  const { tenant, company, handle } = await createTenant(arena.test, "Two companies", { chart: false });
  const second = await handle.tenancy.companies.create({ name: "Two" });
  const scopeOf = (companyId: string) => ({ tenantId: tenant.id, companyId });
  [one, two] = [company.id, second.id].map((id) => arena.test.db.forTenant(scopeOf(id))) as [typeof one, typeof two];
  settings = { one: { tenant: tenant.id, company: company.id }, two: { tenant: tenant.id, company: second.id } };
  await inEachDomain(one, ({ seed }, repositories) => seed?.(repositories, { companyId: company.id }));
  await one.tenancy.companies.update(company.id, { taxId: "ONE-TAX-4711-0815", email: "hidden@one.example" });
  await one.tenancy.idempotency.once(
    { operation: "pay", key: "one", request: 1 },
    async () => "a result of company One",
  );
  await recordsEverywhere(tenant.id, company.id);
});
afterAll(() => arena.close());

/** Makes a row of One in every table that has none yet, and learns what One's rows hold. */
async function recordsEverywhere(tenantId: string, companyId: string): Promise<void> {
  const context = sampleContext(tenantId);
  for (const { name, ownedBy = "id", ...entry } of owned) {
    if ((await rowsOf(name, ownedBy)).length > 0) continue;
    const given = { tenant_id: tenantId, [ownedBy]: companyId };
    await insertSampleRow(arena.duel.owner, entry, context, { given });
  }
  const rows = new Map<string, Values[]>();
  for (const { name, ownedBy = "id" } of owned) rows.set(name, await rowsOf(name, ownedBy));
  known = new Map([...rows].map(([name, all]) => [name, oneOfEachState(all)]));
  const values = [...rows.values()]
    .flat()
    .flatMap(({ tenant_id: _tenant, user_id: _user, actor_login: _login, target_type: _type, ...row }) =>
      Object.values(row).map(String),
    );
  const telling = values.filter(
    (value) => value.length > 14 && /^[\w@. -]+$/.test(value) && !/^\d{4}-\d\d-\d\dT/.test(value),
  );
  secrets = [...new Set(telling)];
}

const oneOfEachState = (rows: Values[]): Values[] => [...new Map(rows.map((row) => [row.status, row])).values()];

async function rowsOf(table: string, column: string): Promise<Values[]> {
  const { rows } = await arena.duel.owner.query<{ row: Values }>(
    `select to_jsonb(t) as row from ${quoted(table)} t where tenant_id = $1 and ${column} = $2 order by t.id`,
    [settings.one.tenant, settings.one.company],
  );
  return rows.map(({ row }) => row);
}

async function everythingOfOne(): Promise<Record<string, Values[]>> {
  const all: Record<string, Values[]> = {};
  for (const { name, ownedBy = "id" } of owned) all[name] = await rowsOf(name, ownedBy);
  return all;
}

interface Method {
  name: string;
  /** The table that it is about, by its repository's name. */
  table: string;
  on(handle: TenantDatabase): (args: unknown[]) => unknown;
}

/** The methods of an object, those that it inherits too. */
function methodNames(object: object): string[] {
  const prototype = Object.getPrototypeOf(object) as object;
  if (prototype === Object.prototype) return [];
  const own = Object.getOwnPropertyNames(prototype).filter((name) => name !== "constructor");
  return [...own.filter((name) => typeof object[name as never] === "function"), ...methodNames(prototype)];
}

/** Every method of every repository, as the handles have them. */
function methodsOf(handle: TenantDatabase): Method[] {
  return Object.keys(domains).flatMap((domain) => {
    const repositories = handle[domain as keyof typeof domains] as unknown as Record<string, object>;
    return Object.entries(repositories).flatMap(([repository, object]) =>
      methodNames(object).map((method) => ({
        name: `${domain}.${repository}.${method}`,
        table: tableOf(`${domain}.${snakeCase(repository)}`),
        on: (of: TenantDatabase) => {
          const target = (of[domain as keyof typeof domains] as unknown as typeof repositories)[repository];
          if (!target) throw new TypeError(`There is no ${repository}`);
          return (args: unknown[]) => (target[method as never] as (...a: unknown[]) => unknown).apply(target, args);
        },
      })),
    );
  });
}

function tableOf(name: string): string {
  const [domain = "", plural = ""] = name.split(".");
  const tables = [...known.keys()].filter((table) => table.startsWith(`${domain}.`));
  const ends = [`.${plural}`, `_${plural}`];
  return (
    tables.find((table) => ends.some((end) => table.endsWith(end))) ??
    tables.find((table) => table.startsWith(name)) ??
    name
  );
}

/** What could be passed to a method: ids of One's records, the method's own first, alone and with an input. */
function attempts({ table }: Method): unknown[][] {
  const own = known.get(table) ?? [];
  const all = [...own, ...[...known.values()].flat()];
  const ids = [...new Set(all.map((row) => row.id).filter((id) => id !== undefined))];
  const { company } = settings.one;
  const others = ["code", "currency", "name"].flatMap((field) => knownValue(known, table, field) ?? []);
  return [
    [],
    ...ids.slice(0, own.length).flatMap((id) => [[id], [id, {}], [id, [{}]], [[id]]]),
    [{ companyId: company }],
    [{}],
    [[{}]],
    ...others.map((value) => [company, value]),
    [company, others[1], "2030-06-01"],
    ...[...known].map(([name, rows]) => [name, rows[0]?.id]),
    [{ operation: "pay", key: "one", request: 1 }, async () => "ran again"],
    ...[...known.values()].map(([row]) => [row?.id]),
  ];
}

/** One's records in an answer, but for what the caller said itself. */
function toldBy(answer: Ended): string[] {
  const said = JSON.stringify(answer.args);
  const words = wordsOf(answer);
  return secrets.filter((secret) => words.includes(secret) && !said.includes(secret));
}

class TakenBack extends Error {}

/** The calls of a method that reach One's records in One's own scope; what they wrote is taken back. */
async function reaching(method: Method): Promise<Ended[]> {
  const found: Ended[] = [];
  for (const args of attempts(method)) {
    const answer = await insist(known, method.table, args, (filled) => takenBack((tx) => method.on(tx)(filled)));
    if (reached(answer, !/\.find/.test(method.name)) || toldBy(answer).length > 0) found.push(answer);
    if (found.length === 2) break;
  }
  return found;
}

async function takenBack(work: (tx: TenantDatabase) => unknown): Promise<unknown> {
  let value: unknown;
  await one
    .transaction(async (tx) => {
      value = await work(tx as unknown as TenantDatabase);
      throw new TakenBack();
    })
    .catch((error: unknown) => {
      if (!(error instanceof TakenBack)) throw error;
    });
  return value;
}

/** What Two learns by the methods with these names, and the methods that reached nothing even in One's own scope. */
async function attack(names: RegExp): Promise<{ told: string[]; aims: string[]; missed: string[] }> {
  const methods = methodsOf(two).filter(({ name }) => names.test(name));
  const told = new Set<string>();
  const missed: string[] = [];
  for (const method of methods) {
    const calls = await reaching(method);
    if (calls.length === 0) missed.push(method.name);
    for (const { args } of calls) {
      if (toldBy(await ended(args, method.on(two))).length > 0) told.add(method.name);
    }
  }
  // What belongs to the whole tenant is no aim.
  const aims = methods.filter(({ table }) => known.has(table)).map(({ name }) => name);
  return { told: [...told], aims, missed: missed.filter((name) => aims.includes(name)) };
}

/** The parameters of a statement, from what One's records hold; `end` says from which end a list is read. */
function parametersOf(query: CompiledQuery, end: "first" | "last"): unknown[] {
  const { sql, params } = query.getQuery();
  const table = tableOf(query.name.split(".").slice(0, 2).join("."));
  return params.map((constant, index) => {
    const field = query.fieldOf(index + 1);
    if (field === undefined) return constant;
    const value = valueFor(field, table, end);
    return new RegExp(`\\$${index + 1}::[a-z ]+\\[\\]`).test(sql) ? [value] : value;
  });
}

function valueFor(field: string, table: string, end: "first" | "last"): unknown {
  if (field === "tenantId") return settings.one.tenant;
  if (field === "limit") return 51;
  const after = /^after_(.*)$/.exec(field)?.[1];
  if (after === undefined) return knownValue(known, table, field) ?? "x";
  const isId = /id$/i.test(after);
  if (end === "first") return isId ? firstId : /date|At$/i.test(after) ? "-infinity" : "";
  return isId ? lastId : "infinity";
}

describe("in the scope of company Two", () => {
  // Before the methods: what those write for the whole tenant, such as its name, has words of One in it.
  it("no statement of any repository reads anything of company One", async () => {
    const found: string[] = [];
    let reads = 0;
    for (const query of allStatements().flatMap((statement) => statement.variants())) {
      for (const end of ["first", "last"] as const) {
        const statement = { text: query.getQuery().sql, values: parametersOf(query, end) };
        const told = async (as: Settings) => {
          const { rows, error } = await attempt(arena.duel.login, as, statement);
          return toldBy({ args: statement.values, value: rows, error: error?.message }).length > 0;
        };
        if (await told(settings.one)) reads += 1;
        if (await told(settings.two)) found.push(query.name);
      }
    }
    expect(found).toEqual([]);
    expect(reads).toBeGreaterThan(60);
  });

  it("no method of any repository tells or changes anything of company One", async () => {
    const before = await everythingOfOne();
    const { told, aims, missed } = await attack(/./);
    expect(told).toEqual([]);
    expect(await everythingOfOne()).toEqual(before);
    expect(aims.length).toBeGreaterThan(60);
    // Some want what nobody guesses: two lines that balance, a period that is closed.
    expect(missed.length, missed.join()).toBeLessThan(aims.length / 8);
  });

  it("they would: without the policy of companies on three tables, these methods tell of them", async () => {
    const tables = ["tenancy.companies", "tenancy.audit_log", "accounting.customers"];
    for (const name of tables) await arena.duel.owner.query(`drop policy company_isolation on ${name}`);
    const { told } = await attack(/^tenancy\.(companies|audit)|^accounting\.customers/);
    expect(told).toEqual(
      expect.arrayContaining([
        ...[
          "tenancy.companies.getById",
          "tenancy.companies.list",
          "tenancy.companies.update",
          "tenancy.companies.archive",
        ],
        ...["tenancy.audit.listOfTarget", "accounting.customers.getById", "accounting.customers.list"],
      ]),
    );
  });
});
