import { newId } from "@org/db";
import { createCustomer, createInvoice, createTenant, createTestDatabase, startTestRun } from "@org/db/testing";
import pg from "pg";
import { type Contestant, type RaceOptions, race } from "./race";

/*
 * What tenant scoping and the repositories cost, against hand-written pg on the same server in the same run. The raw
 * contestants log in as the owner and know no tenant: no scope, no policies, named statements.
 */
const poolSize = 8;
const testRun = await startTestRun();
const test = await createTestDatabase({ max: poolSize });
const raw = new pg.Pool({ connectionString: test.urls.admin, max: poolSize });

try {
  const acme = await createTenant(test, "Bench");
  const { handle, company, tenant } = acme;
  const system = test.db.forTenant({ tenantId: tenant.id });
  const customer = await createCustomer(acme);
  const other = await createTenant(test, "Other");
  const lines = Array.from({ length: 10 }, (_, i) => ({ description: `Line ${i}`, quantity: "2", unitPrice: "9.99" }));
  const many = Array.from({ length: 2_000 }, (_, i) => ({
    companyId: company.id,
    externalId: `c${i}`,
    name: `Customer ${i}`,
  }));
  await handle.accounting.customers.importMany(many);
  await other.handle.accounting.customers.importMany(many.map((c) => ({ ...c, companyId: other.company.id })));
  const invoice = await createInvoice(acme, { customerId: customer.id, lines });
  // Enough documents for the plans that a running system has.
  for (let batch = 0; batch < 3; batch += 1) {
    const dates = { invoiceDate: "2026-01-01", dueDate: "2026-01-31", status: "paid" as const };
    await handle.accounting.invoices.importMany(
      Array.from({ length: 1_000 }, (_, i) => {
        const number = `OLD-${batch}-${i}`;
        return {
          companyId: company.id,
          customerId: customer.id,
          externalId: number,
          invoiceNumber: number,
          ...dates,
          lines,
        };
      }),
    );
  }
  await test.asOwner((client) => client.query("analyze"));

  const pointText = "select * from accounting.customers where tenant_id = $1 and id = $2";
  const point: Contestant[] = [
    {
      name: "raw pg, named, unscoped",
      run: async () =>
        (await raw.query({ name: "point", text: pointText, values: [tenant.id, customer.id] })).rows.length,
    },
    {
      name: "forTenant({ tenantId })",
      run: async () => ((await system.accounting.customers.findById(customer.id)) ? 1 : 0),
    },
    {
      name: "forTenant({ tenantId, userId })",
      run: async () => ((await handle.accounting.customers.findById(customer.id)) ? 1 : 0),
    },
  ];
  const listText = "select * from accounting.customers where tenant_id = $1 and is_active order by name, id limit 51";
  const list: Contestant[] = [
    {
      name: "raw pg, named, unscoped",
      run: async () =>
        Math.min(50, (await raw.query({ name: "list", text: listText, values: [tenant.id] })).rows.length),
    },
    { name: "forTenant({ tenantId })", run: async () => (await system.accounting.customers.list()).items.length },
  ];
  const documentText = `select i.*, to_json(c) as customer, (select json_agg(l order by l.line_number) from accounting.invoice_lines l
    where l.tenant_id = i.tenant_id and l.invoice_id = i.id) as lines from accounting.invoices i
    join accounting.customers c on c.tenant_id = i.tenant_id and c.id = i.customer_id where i.tenant_id = $1 and i.id = $2`;
  const nested: Contestant[] = [
    {
      name: "raw pg, named, json_agg",
      run: async () =>
        (await raw.query({ name: "doc", text: documentText, values: [tenant.id, invoice.id] })).rows[0].lines.length,
    },
    {
      name: "forTenant({ tenantId })",
      run: async () => (await system.accounting.invoices.findDocument(invoice.id))?.lines.length ?? 0,
    },
  ];
  const newInvoice = {
    companyId: company.id,
    customerId: customer.id,
    invoiceDate: "2026-01-01",
    dueDate: "2026-01-31",
    lines,
  };
  const rawCreate = async () => {
    const client = await raw.connect();
    const id = newId();
    try {
      await client.query("begin");
      await client.query({
        name: "create",
        text: `insert into accounting.invoices (tenant_id, id, company_id, customer_id, invoice_date, due_date, total_amount)
          values ($1, $2, $3, $4, $5, $6, $7) returning *`,
        values: [tenant.id, id, company.id, customer.id, "2026-01-01", "2026-01-31", "199.80"],
      });
      const rows = lines
        .map((_, i) => `($1, $2, $3, ${i + 1}, $${4 + i * 3}, $${5 + i * 3}, $${6 + i * 3})`)
        .join(", ");
      await client.query({
        name: "lines",
        text: `insert into accounting.invoice_lines (tenant_id, company_id, invoice_id, line_number, description, quantity, unit_price) values ${rows}`,
        values: [tenant.id, company.id, id, ...lines.flatMap((l) => [l.description, l.quantity, l.unitPrice])],
      });
      await client.query("commit");
    } finally {
      client.release();
    }
    return 1;
  };
  const create: Contestant[] = [
    { name: "raw pg, four messages, unscoped", run: rawCreate },
    {
      name: "forTenant({ tenantId, userId })",
      run: async () => ((await handle.accounting.invoices.create(newInvoice)) ? 1 : 0),
    },
  ];

  const races: [string, Contestant[], RaceOptions][] = [
    ["point read, 1 caller", point, { rounds: 25, calls: 400, callers: 1 }],
    ["point read, 32 callers", point, { rounds: 25, calls: 3_000, callers: 32 }],
    ["list of 50, 32 callers", list, { rounds: 15, calls: 600, callers: 32 }],
    ["invoice + customer + 10 lines, 32 callers", nested, { rounds: 15, calls: 600, callers: 32 }],
    ["create invoice + 10 lines, 1 caller", create, { rounds: 15, calls: 100, callers: 1 }],
  ];
  console.log(
    `PostgreSQL ${testRun.serverVersion} (${testRun.kind}), Node.js ${process.versions.node}, pool of ${poolSize}`,
  );
  const report: Record<string, unknown> = {};
  for (const [name, contestants, options] of races) {
    const results = await race(contestants, options);
    report[name] = results;
    console.log(`\n${name}`);
    for (const r of results) {
      const spread = `${r.low.toFixed(2)}..${r.high.toFixed(2)}`;
      console.log(
        `  ${r.name.padEnd(34)} ${r.ratio.toFixed(2)}x  (${spread})  client CPU ${r.cpuRatio.toFixed(2)}x  ${r.microseconds.toFixed(0)} us`,
      );
    }
  }
  if (process.argv.includes("--json")) console.log(JSON.stringify(report, null, 2));
} finally {
  await raw.end();
  await test.close();
  await testRun.stop();
}
