import { it } from "vitest";
import { createTenant, createTestDatabase } from "../../src/testing";
it("speed", async () => {
  const test = await createTestDatabase();
  const acme = await createTenant(test);
  const h = test.db.forTenant({ tenantId: acme.tenant.id });
  const acc = (await h.accounting.accounts.list({ companyId: acme.company.id, limit: 100 })).items.filter((a) => !["1200","2100"].includes(a.code)).slice(2, 12);
  for (const callers of [1, 16, 16, 256, 256]) {
    let done = 0; const until = performance.now() + 3000; const cpu = process.cpuUsage();
    await Promise.all([...Array(callers)].map(async () => { while (performance.now() < until) {
      const a = Math.floor(Math.random()*10); const b = (a + 1 + Math.floor(Math.random()*9)) % 10;
      await h.accounting.journal.post({ companyId: acme.company.id, date: "2026-03-15", lines: [{ accountId: acc[a]!.id, debit: "5.00" }, { accountId: acc[b]!.id, credit: "5.00" }] }); done++; } }));
    const u = process.cpuUsage(cpu);
    console.log(callers, Math.round(done / 3), "per s", ((u.user + u.system) / done).toFixed(1), "us client");
  }
  await test.close();
}, 60000);
