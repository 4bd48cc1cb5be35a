import { join } from "node:path";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tenantTables } from "../../src/core/tenant-table";
import { withAdmin } from "../../src/operations/admin";
import {
  differentBlocks,
  makeAll,
  protectTriggers,
  readBlocks,
  readObjects,
  type Source,
  type Sources,
} from "../../src/operations/sources";
import { packageSources } from "../../src/sql-sources";
import { createTestDatabase, type TestDatabase } from "../../src/testing";

let test: TestDatabase;
let sources: Sources;

beforeAll(async () => {
  test = await createTestDatabase();
  sources = await packageSources(join(__dirname, "..", "..", "src"));
});

afterAll(() => test?.close());

/** Runs the work in a transaction on a migrated database, and takes it back. */
function inMigrated<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  return withAdmin(test.urls.admin, async (client) => {
    await client.query("begin");
    try {
      return await work(client);
    } finally {
      await client.query("rollback");
    }
  });
}

/** What differs between the migrated database and the one that the given sources make of it. */
function differences(given: Sources = sources, arrange = ""): Promise<string[]> {
  return inMigrated(async (client) => {
    const schemas = given.domains.flatMap((domain) => domain.schemas);
    if (arrange !== "") await client.query(arrange);
    const before = await readBlocks(client, schemas);
    await makeAll(client, { sources: given, tables: tenantTables() });
    return differentBlocks(before, await readBlocks(client, schemas));
  });
}

/** Objects of our schemas that no source has, and sources without an object. */
function unmatched(given: Sources = sources, arrange = ""): Promise<string[]> {
  return inMigrated(async (client) => {
    if (arrange !== "") await client.query(arrange);
    const schemas = given.domains.flatMap((domain) => domain.schemas);
    const { functions, views, triggers } = await readObjects(client, schemas);
    const registered = new Set(tenantTables().map((table) => table.name));
    const ofProtectTable = (trigger: string) => {
      const [schema, table, name = ""] = trigger.split(".");
      return registered.has(`${schema}.${table}`) && protectTriggers.includes(name);
    };
    const there = [
      ...[...functions].flatMap(([name, overloads]) => overloads.map(() => `function ${name}`)),
      ...views.map((name) => `view ${name}`),
      ...triggers.map((name) => `trigger ${name}`),
    ];
    const said = given.objects.map(({ kind, name }) => `${kind} ${name}`);
    const left = there.filter((object) => {
      const at = said.indexOf(object);
      if (at >= 0) said.splice(at, 1);
      return at < 0 && !(object.startsWith("trigger ") && ofProtectTable(object.slice("trigger ".length)));
    });
    return [...left.map((object) => `no source: ${object}`), ...said.map((object) => `no object: ${object}`)];
  });
}

const changed = (name: string, change: (source: Source) => Source): Sources => ({
  ...sources,
  objects: sources.objects.map((source) => (source.name === name ? change(source) : source)),
});

describe("the sources of SQL", () => {
  it("say what the migrations make; if not: pnpm db:generate --name=…", async () => {
    expect(await differences()).toEqual([]);
  });

  it("have each function, view and trigger of the database, and nothing else", async () => {
    expect(await unmatched()).toEqual([]);
  });

  it("differ by one function when one operator is changed", async () => {
    const other = changed("accounting.check_credits", (source) => {
      const text = source.text.replace(" > ", " >= ");
      expect(text).not.toBe(source.text);
      return { ...source, text };
    });
    expect(await differences(other)).toEqual(["function accounting.check_credits(text, uuid[])"]);
  });

  it("differ by the rights of a function when its head is changed", async () => {
    const opened = changed("accounting.write_entries", (source) => ({ ...source, roles: ["authenticated"] }));
    expect(await differences(opened)).toEqual([expect.stringMatching(/^grants accounting\.write_entries\(/)]);
    const own = changed("accounting.check_credits", (source) => ({ ...source, owner: undefined }));
    expect(await differences(own)).toEqual(["function accounting.check_credits(text, uuid[])"]);
  });

  it("miss a function, an overload, a view and a trigger that somebody made by hand", async () => {
    const byHand = `create function tenancy.forgotten() returns int language sql return 1;
      create function tenancy.refuse(i int) returns int language sql return 1;
      create view accounting.forgotten as select 1 as one;
      create trigger forgotten before insert on accounting.invoices for each row execute function tenancy.touch_updated_at()`;
    expect((await unmatched(sources, byHand)).sort()).toEqual([
      "no source: function tenancy.forgotten",
      "no source: function tenancy.refuse",
      "no source: trigger accounting.invoices.forgotten",
      "no source: view accounting.forgotten",
    ]);
    expect(await differences(sources, byHand)).toEqual(
      expect.arrayContaining([
        "function tenancy.forgotten()",
        "function tenancy.refuse(integer)",
        "trigger accounting.invoices.forgotten",
        "view accounting.forgotten",
      ]),
    );
  });

  it("take back what the registry does not say: rights, and row level security that is not forced", async () => {
    const taken = `grant update on accounting.journal_lines to authenticated;
      alter table tenancy.roles no force row level security`;
    expect(await differences(sources, taken)).toEqual(["grants accounting.journal_lines", "rls tenancy.roles"]);
  });

  it("are missed when the database lacks their object", async () => {
    const extra: Source = { kind: "function", name: "tenancy.extra", file: "x", text: "", owner: undefined, roles: [] };
    expect(await unmatched({ ...sources, objects: [...sources.objects, extra] })).toEqual([
      "no object: function tenancy.extra",
    ]);
  });
});
