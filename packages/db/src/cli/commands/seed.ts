import { ConfigurationError } from "../../core/errors";
import type { Database } from "../../database";
import { openDevelopmentDatabase } from "../../testing/development";
import { type Command, say } from "../command";

// Fixed ids, so that seeding twice changes nothing.
const tenantId = "01900000-0000-7000-8000-000000000001";
const companyId = "01900000-0000-7000-8000-000000000002";

const people = [
  { email: "user@demo.example", name: "Demo User", role: "user" },
  { email: "market-maker@demo.example", name: "Demo Market Maker", role: "market_maker" },
] as const;

const customers = ["Alpine Ltd", "Borealis Inc", "Cedar & Sons", "Delta Foods", "Elm Street Books"];

/** Writes the demo tenant when it is not there yet; returns whether it did. */
async function writeSeed(db: Database): Promise<boolean> {
  const platform = db.platform({ actor: "db:seed", reason: "demo data for development" });
  if (await platform.findTenant(tenantId)) return false;
  await platform.createTenant({
    id: tenantId,
    name: "Demo",
    admin: { email: "admin@demo.example", name: "Demo Admin" },
    company: { id: companyId, name: "Demo Company" },
  });
  await db.withTenant({ tenantId }, async (tx) => {
    await tx.accounting.accounts.createStandardChart({ companyId });
    for (const person of people) await tx.tenancy.members.ensureMember(person);
    for (const [index, name] of customers.entries()) {
      const customer = await tx.accounting.customers.create({ companyId, name });
      const invoice = await tx.accounting.invoices.create({
        companyId,
        customerId: customer.id,
        invoiceDate: `2026-0${index + 1}-15`,
        dueDate: `2026-0${index + 2}-14`,
        lines: [{ description: "Consulting, hours", quantity: String(8 + index), unitPrice: "95.00" }],
      });
      if (index % 2 === 0) await tx.accounting.invoices.issue(invoice.id);
    }
  });
  return true;
}

/** pnpm db:seed */
export const seed: Command = {
  help: "Write a small demo tenant: admin, user, market maker, customers and invoices; a second run changes nothing",
  async run() {
    if (process.env.NODE_ENV === "production") throw new ConfigurationError("db:seed is refused in production");
    const { db, location, stop } = await openDevelopmentDatabase({ onProgress: say });
    try {
      const wrote = await writeSeed(db);
      say(`${wrote ? "Wrote the demo tenant" : "The demo tenant is there already"} (${tenantId}): ${location}`);
      return 0;
    } finally {
      await stop();
    }
  },
};
