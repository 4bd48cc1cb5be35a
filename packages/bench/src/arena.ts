import { createCustomer, createInvoice, createTenant, createTestDatabase } from "@org/db/testing";
import { Clients } from "./clients";
import { Ids } from "./contestant";
import { lines } from "./lines";
import type { loadPrisma } from "./prisma";
import { ServerClock } from "./server-clock";

type PrismaModule = Awaited<ReturnType<typeof loadPrisma>>;

/** A database of its own with one tenant in it, the contestants' pools, and the clock of its processes. */
export type Arena = Awaited<ReturnType<typeof openArena>>;

/** An arena with the data of a running system. */
export type FilledArena = Awaited<ReturnType<typeof openFilledArena>>;

const writtenTables = [
  ...["customers", "invoices", "invoice_lines"],
  ...["journal_entries", "journal_lines", "account_balances", "period_totals"],
];

export async function openArena(prisma: PrismaModule) {
  const test = await createTestDatabase();
  const clients = new Clients(test.urls, prisma);
  const clock = await ServerClock.open(test.urls.admin);
  const close = async () => {
    await clock?.close();
    await clients.close();
    await test.close();
  };
  try {
    const acme = await createTenant(test, "Bench");
    const customer = await createCustomer(acme);
    // No vacuum in the middle of a race.
    await test.asOwner(async (owner) => {
      for (const table of writtenTables) {
        await owner.query(`alter table accounting.${table} set (autovacuum_enabled = false)`);
      }
    });
    return {
      test,
      clients,
      clock,
      acme,
      tenantId: acme.tenant.id,
      userId: acme.admin.id,
      companyId: acme.company.id,
      customerId: customer.id,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Two tenants with `customers` each, and `invoices` documents of ten lines in the first. */
export async function openFilledArena(prisma: PrismaModule, size: { customers: number; invoices: number }) {
  const arena = await openArena(prisma);
  const { test, acme, companyId, customerId } = arena;
  try {
    const other = await createTenant(test, "Other");
    for (const of of [acme, other]) {
      const rows = Array.from({ length: size.customers }, (_, i) => {
        return { companyId: of.company.id, externalId: `c${i}`, name: `Customer ${i}` };
      });
      await of.handle.accounting.customers.importMany(rows);
    }
    await createInvoice(acme, { customerId, lines });
    const ids = async (table: string) => {
      const text = `select id from accounting.${table} where tenant_id = $1 order by id`;
      const { rows } = await test.asOwner((owner) => owner.query<{ id: string }>(text, [arena.tenantId]));
      return new Ids(rows.map(({ id }) => id));
    };
    const issued = { invoiceDate: "2026-01-01", dueDate: "2026-01-31", status: "issued" as const };
    await acme.handle.accounting.invoices.importMany(
      Array.from({ length: size.invoices }, (_, i) => {
        const number = `OLD-${i}`;
        return { companyId, customerId, externalId: number, invoiceNumber: number, ...issued, lines };
      }),
    );
    // Plans as a running system has them.
    await test.asOwner((owner) => owner.query("vacuum analyze"));
    return { ...arena, customerIds: await ids("customers"), invoiceIds: await ids("invoices") };
  } catch (error) {
    await arena.close();
    throw error;
  }
}
