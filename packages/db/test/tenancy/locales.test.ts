import { randomBytes } from "node:crypto";
import type pg from "pg";
import { afterAll, describe, expect, it } from "vitest";
import { withUrlParts } from "../../src/client/url";
import { allStatements } from "../../src/core/statement";
import { createDatabase, type Database } from "../../src/index";
import { withAdmin } from "../../src/operations/admin";
import { migrationsFolder } from "../../src/operations/assets";
import { migrate, readMigrations } from "../../src/operations/migrations";
import { createInvoice, createTenant, createTestDatabase, type TestDatabase } from "../../src/testing";
import { schemaList } from "../isolation/checks/catalogue";
import { asLogin, outcomeOf } from "../kit/sql";

/*
 * What is one in one database is one in every other, whatever locale it was made with. So nothing folds the case of data by
 * the locale: it names the collation "C", which knows A to Z alone.
 */

let test: TestDatabase | undefined;
const opened: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of opened) await close();
  await test?.close();
});
const ownDatabase = async () => {
  test ??= await createTestDatabase();
  return test;
};

/** A migrated database with this locale, on the same server and with the same logins. */
async function databaseWith(locale: string): Promise<Pick<TestDatabase, "db" | "urls">> {
  const { urls } = await ownDatabase();
  const name = `locale_${randomBytes(6).toString("hex")}`;
  await withAdmin(urls.admin, (admin) =>
    admin.query(`create database ${name} template template0 encoding 'UTF8' ${locale}`),
  );
  const there = Object.fromEntries(
    Object.entries(urls).map(([login, url]) => [login, withUrlParts(url, { database: name })]),
  ) as TestDatabase["urls"];
  await withAdmin(there.admin, async (admin) =>
    migrate(admin, { migrations: await readMigrations(migrationsFolder()) }),
  );
  const db = createDatabase({ url: there.runtime, platformUrl: there.platform, max: 2, unsafeLogin: "refuse" });
  opened.push(async () => {
    await db.close();
    await withAdmin(urls.admin, (admin) => admin.query(`drop database ${name} with (force)`));
  });
  return { db, urls: there };
}

/** What somebody sees who works with texts in which locales differ. */
async function work({ db, urls }: { db: Database; urls: TestDatabase["urls"] }) {
  const tenant = await createTenant({ db } as TestDatabase);
  const { tenancy, accounting } = tenant.handle;
  const first = await tenancy.members.ensureMember({ email: "INFO@IX.example", name: "Info" });
  const second = await tenancy.members.ensureMember({ email: "info@ix.example", name: "Info" });
  const invoice = await accounting.invoices.issue((await createInvoice(tenant)).id);
  const [entry] = (await accounting.journal.list({ companyId: tenant.company.id })).items;
  const bySql = (emails: string[]) =>
    asLogin(urls.runtime, async (client) => {
      await client.query("begin");
      await client.query("select set_config('app.current_tenant_id', $1, true)", [tenant.tenant.id]);
      for (const email of emails)
        await client.query("insert into tenancy.users (email, name) values ($1, 'x')", [email]);
      await client.query("rollback");
    });
  return {
    members: second.id === first.id ? 1 : 2,
    found:
      (await tenancy.members.findByEmail("ınfo@ix.example"))?.email ??
      (await tenancy.members.findByEmail("iNFO@iX.example"))?.email,
    actions: [...new Set((await tenancy.audit.list()).items.map((line) => line.action))].sort(),
    description: entry?.description?.replace(invoice.invoiceNumber ?? "", "…"),
    raw: await Promise.all(
      [["II@x.example", "ii@x.example"], ["É@x.example"], ["K@x.example", "k@x.example"], ["\u212a@x.example"]].map(
        (emails) => outcomeOf(bySql(emails)),
      ),
    ),
  };
}

describe("in a database", () => {
  const expected = {
    members: 1,
    found: "INFO@IX.example",
    actions: ["insert", "update"],
    description: "Invoice …",
    raw: ["23505", "23514", "23505", "23514"],
  };

  it("of the server's own locale, texts are one or two as the rule says", async () => {
    expect(await work(await ownDatabase())).toEqual(expected);
  });

  it.each([
    ["Turkish letters (ICU)", "locale_provider icu icu_locale 'tr' locale 'C'", "select lower('I') as folded", "ı"],
    ["no letters but A to Z (C)", "locale_provider libc locale 'C'", "select lower('É') as folded", "É"],
  ])("with %s, it is the same", async (_what, locale, asked, answer) => {
    const there = await databaseWith(locale);
    // The database folds otherwise, so that what follows says something.
    expect(await asLogin(there.urls.runtime, async (client) => (await client.query(asked)).rows)).toEqual([
      { folded: answer },
    ]);
    expect(await work(there)).toEqual(expected);
  });
});

interface Text {
  object: string;
  text: string;
}

/** Everything that the server runs for us, as the server holds it. */
async function textsOfDatabase(client: pg.ClientBase): Promise<Text[]> {
  const { rows } = await client.query<Text>(`
    select 'function ' || p.oid::regprocedure as object, pg_get_functiondef(p.oid) as text
    from pg_proc p where p.pronamespace::regnamespace::text in (${schemaList})
    union all select 'index ' || i.indexrelid::regclass, pg_get_indexdef(i.indexrelid) from pg_index i
    join pg_class c on c.oid = i.indrelid where c.relnamespace::regnamespace::text in (${schemaList})
    union all select 'constraint ' || c.conname, pg_get_constraintdef(c.oid) from pg_constraint c
    where c.connamespace::regnamespace::text in (${schemaList})
    union all select 'view ' || c.oid::regclass, pg_get_viewdef(c.oid) from pg_class c
    where c.relkind in ('v', 'm') and c.relnamespace::regnamespace::text in (${schemaList})
    union all select 'default of ' || c.oid::regclass, pg_get_expr(d.adbin, d.adrelid) from pg_attrdef d
    join pg_class c on c.oid = d.adrelid where c.relnamespace::regnamespace::text in (${schemaList})
    union all select 'policy of ' || c.oid::regclass, concat_ws(' ', pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
    from pg_policy p join pg_class c on c.oid = p.polrelid where c.relnamespace::regnamespace::text in (${schemaList})
    union all select 'trigger ' || t.tgname || ' of ' || c.oid::regclass, pg_get_triggerdef(t.oid) from pg_trigger t
    join pg_class c on c.oid = t.tgrelid where not t.tgisinternal and c.relnamespace::regnamespace::text in (${schemaList})
    union all select 'column ' || c.oid::regclass || '.' || a.attname, format_type(a.atttypid, a.atttypmod) from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    where c.relkind in ('r', 'p') and a.attnum > 0 and c.relnamespace::regnamespace::text in (${schemaList})`);
  return rows;
}

const withoutComments = (text: string) => text.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, "");

/** What of a text follows the locale: folding without a collation, patterns that ignore case, and classes of letters. */
function foldings({ text }: Text): string[] {
  const bare = withoutComments(text);
  const found = [...bare.matchAll(/\b(lower|upper|initcap|casefold)\s*\(/gi)]
    .map((match) => match[0] + argumentsFrom(bare, match.index + match[0].length))
    .filter((call) => !/collate\s+(pg_catalog\.)?"C"/i.test(call));
  const others = bare.match(
    /\bi?like\b|!?~~?\*|\bcitext\b|\(\?[a-z]*i|\[:(alpha|upper|lower|alnum|digit|space|punct):\]|\\[wWsSdDyYmM]\b/gi,
  );
  return [...found, ...(others ?? []).filter((word) => !/^like$/i.test(word))];
}

/** The text up to the bracket that ends what began before it. */
function argumentsFrom(text: string, start: number): string {
  let depth = 1;
  let end = start;
  for (; end < text.length && depth > 0; end += 1) depth += text[end] === "(" ? 1 : text[end] === ")" ? -1 : 0;
  return text.slice(start, end);
}

const named = (texts: Text[]) => texts.flatMap((each) => foldings(each).map((folding) => `${each.object}: ${folding}`));

describe("nothing folds the case of data by the locale", () => {
  it("in the database", async () => {
    const texts = await (await ownDatabase()).asOwner(textsOfDatabase);
    expect(texts.length).toBeGreaterThan(500);
    expect(named(texts)).toEqual([]);
  });

  it("in a statement of a repository", () => {
    const queries = allStatements().flatMap((statement) => statement.variants());
    expect(queries.length).toBeGreaterThan(100);
    expect(named(queries.map((query) => ({ object: query.name, text: query.getQuery().sql })))).toEqual([]);
  });

  it.each([
    "create index loose on tenancy.roles (tenant_id, lower(name))",
    "alter table tenancy.roles add constraint loose check (name = initcap(name))",
    "alter table tenancy.roles add constraint loose check (name ~* '^x')",
    "alter table tenancy.roles add constraint loose check (name !~~* 'x%')",
    "alter table tenancy.roles add constraint loose check (name ~ '[[:upper:]]')",
    "alter table tenancy.roles add loose text generated always as (upper(name || 'x')) stored",
    "create view tenancy.loose as select id from tenancy.roles where name ilike 'x%'",
    "create policy loose on tenancy.roles using (lower(name) = name)",
    "create function tenancy.loose(t text) returns text language sql return lower(trim(t))",
    `create trigger loose before update on tenancy.roles for each row when (upper(new.name) = new.name)
     execute function tenancy.touch_updated_at()`,
  ])("and would be found: %s", async (statement) => {
    const found = await (await ownDatabase()).asOwner(async (owner) => {
      await owner.query("begin");
      await owner.query(statement);
      const texts = await textsOfDatabase(owner);
      await owner.query("rollback");
      return named(texts);
    });
    expect(found.length).toBeGreaterThan(0);
  });

  it("but a folding that names the collation is none", () => {
    const text = `select lower(tg_op collate "C"), upper((x)::text COLLATE pg_catalog."C") -- lower(x)`;
    expect(foldings({ object: "x", text })).toEqual([]);
  });
});
