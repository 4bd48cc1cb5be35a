import type pg from "pg";
import { expect, test } from "vitest";
import { migrationsFolder } from "../../src/operations/assets";
import { migrate, readMigrations } from "../../src/operations/migrations";
import { migratorTests } from "../operations/arrange";

/* A database of the release before the ledger, with invoices in every state, is migrated: its books are right at once. */
const { server } = migratorTests();

const before = "20261121121623_ledger_role";
const tenant = "00000000-0000-7000-8000-000000000001";
const company = "00000000-0000-7000-8000-000000000002";

async function oldDatabase(): Promise<pg.Client> {
  const client = await server().connect(await server().database());
  const migrations = (await readMigrations(migrationsFolder())).filter(({ name }) => name < before);
  await migrate(client, { migrations });
  await client.query("insert into tenancy.tenants (id, name) values ($1, 'Acme')", [tenant]);
  await client.query("insert into tenancy.companies (tenant_id, id, name) values ($1, $2, 'Acme Ltd')", [
    tenant,
    company,
  ]);
  return client;
}

async function invoice(client: pg.Client, number: string, status: string, price: string, currency = "USD") {
  const customer = await client.query<{ id: string }>(
    "insert into accounting.customers (tenant_id, company_id, name) values ($1, $2, $3) returning id",
    [tenant, company, `Customer of ${number}`],
  );
  const { rows } = await client.query<{ id: string }>(
    `insert into accounting.invoices (tenant_id, company_id, customer_id, invoice_date, due_date, total_amount, currency)
     values ($1, $2, $3, '2026-01-15', '2026-02-14', $4, $5) returning id`,
    [tenant, company, customer.rows[0]?.id, price, currency],
  );
  await client.query(
    `insert into accounting.invoice_lines (tenant_id, company_id, invoice_id, line_number, description, quantity, unit_price)
     values ($1, $2, $3, 1, 'Work', 1, $4)`,
    [tenant, company, rows[0]?.id, price],
  );
  const steps = { draft: [], issued: ["issued"], paid: ["issued", "paid"], void: ["issued", "void"] }[status] ?? [];
  for (const step of steps) {
    const set =
      "update accounting.invoices set status = $1, invoice_number = coalesce(invoice_number, $2) where id = $3";
    await client.query(set, [step, number, rows[0]?.id]);
  }
}

test("posts what was issued before, and settles what was paid", async () => {
  const client = await oldDatabase();
  await invoice(client, "A", "draft", "5.00");
  await invoice(client, "B", "issued", "100.00");
  await invoice(client, "C", "paid", "30.00");
  await invoice(client, "D", "void", "7.00");
  await invoice(client, "E", "paid", "0.00");
  await migrate(client, { folder: migrationsFolder() });

  const { rows: documents } = await client.query(
    `select i.invoice_number as number, i.status, i.base_amount, i.paid_amount, c.balance from accounting.invoices i
     join accounting.customers c on c.id = i.customer_id order by c.name`,
  );
  expect(documents).toEqual([
    { number: null, status: "draft", base_amount: null, paid_amount: "0.00", balance: "0.00" },
    { number: "B", status: "issued", base_amount: "100.00", paid_amount: "0.00", balance: "100.00" },
    { number: "C", status: "paid", base_amount: "30.00", paid_amount: "30.00", balance: "0.00" },
    { number: "D", status: "void", base_amount: "7.00", paid_amount: "0.00", balance: "0.00" },
    { number: "E", status: "paid", base_amount: "0.00", paid_amount: "0.00", balance: "0.00" },
  ]);
  const { rows: balances } = await client.query(
    `select a.name, b.balance from accounting.account_balances b join accounting.accounts a on a.id = b.account_id
     where b.balance <> 0 order by 1`,
  );
  expect(balances).toEqual([
    { name: "Accounts receivable", balance: "100.00" },
    { name: "Bank", balance: "30.00" },
    { name: "Sales", balance: "-130.00" },
  ]);
  expect((await client.query("select * from accounting.violations")).rows).toEqual([]);
  const forced =
    "select count(*)::int as n from pg_class where relnamespace = 'accounting'::regnamespace and relkind = 'r' and not relforcerowsecurity";
  expect((await client.query(forced)).rows).toEqual([{ n: 0 }]);
});

test("leaves a database without issued invoices without books", async () => {
  const client = await oldDatabase();
  await invoice(client, "A", "draft", "5.00");
  await migrate(client, { folder: migrationsFolder() });
  expect((await client.query("select id from accounting.books")).rows).toEqual([]);
});

test("stops before anything is lost where a company has issued in several currencies", async () => {
  const client = await oldDatabase();
  await invoice(client, "A", "issued", "5.00");
  await invoice(client, "B", "issued", "5.00", "EUR");
  await expect(migrate(client, { folder: migrationsFolder() })).rejects.toMatchObject({ code: "MIGRATION_FAILED" });
  expect((await client.query("select to_regclass('accounting.books') as books")).rows).toEqual([{ books: null }]);
  expect(
    (await client.query("select count(*)::int as n from accounting.invoices where status = 'issued'")).rows,
  ).toEqual([{ n: 2 }]);
});
