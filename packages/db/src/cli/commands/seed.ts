import { ConfigurationError } from "../../core/errors";
import type { Database } from "../../database";
import { openDevelopmentDatabase } from "../../testing/development";
import { inEachDomain } from "../../testing/factories";
import { defineCommand, say } from "../command";

// Fixed ids, so that seeding twice changes nothing.
const tenantId = "01900000-0000-7000-8000-000000000001";
const companyId = "01900000-0000-7000-8000-000000000002";

/** Writes the demo tenant, and what each domain puts into it, when it is not there yet; returns whether it did. */
async function writeSeed(db: Database): Promise<boolean> {
  const platform = db.platform({ actor: "db:seed", reason: "demo data for development" });
  if (await platform.findTenant(tenantId)) return false;
  await platform.createTenant({
    id: tenantId,
    name: "Demo",
    admin: { email: "admin@demo.example", name: "Demo Admin" },
    company: { id: companyId, name: "Demo Company" },
  });
  await db.withTenant({ tenantId }, (tx) =>
    inEachDomain(tx, ({ seed }, repositories) => seed?.(repositories, { companyId })),
  );
  return true;
}

/** pnpm db:seed */
export const seed = defineCommand({
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
});
