import { createDatabase } from "../src/index";
import { invoices } from "../src/accounting/index";
import { eq } from "drizzle-orm";
process.on("warning", (w) => console.log("WARN", w.message));
const db = createDatabase({ url: "postgres://app_rt@127.0.0.1:54990/dev", platformUrl: "postgres://app_pf@127.0.0.1:54990/dev" });
console.log(await db.checkConnectionHealth());
const pf = db.platform({ actor: "ops", reason: "test" });
const t = await pf.createTenant({ name: "Acme", admin: { email: "A@x.com", name: "Ann" }, company: { name: "Acme Ltd" } });
console.log(t);
const acme = db.forTenant({ tenantId: t.tenant.id, userId: t.admin.id });
const c = await acme.accounting.customers.create({ companyId: t.company!.id, name: "Bob", city: "Köln" });
console.log(c, await acme.accounting.customers.findById(c.id));
const inv = await acme.accounting.invoices.create({ companyId: t.company!.id, customerId: c.id, invoiceDate: "2026-01-02", dueDate: "2026-02-02", lines: [{ description: "x", quantity: "3", unitPrice: "1.005" }, { description: "y", quantity: "1", unitPrice: "2" }] });
console.log(inv);
console.log(await acme.accounting.invoices.issue(inv.id));
console.log(JSON.stringify(await acme.accounting.invoices.findDocument(inv.id), null, 1));
await acme.transaction(async (tx) => {
  console.log(await tx.select({ n: invoices.invoiceNumber }).from(invoices).where(eq(invoices.status, "issued")));
  console.log(await tx.accounting.invoices.list({ status: "issued" }));
  try { await acme.accounting.customers.list(); } catch (e) { console.log(String(e)); }
  try { await tx.transaction(async (sp) => { await sp.update(invoices).set({ totalAmount: "5" }); }); } catch (e) { console.log(String(e)); }
});
for (const f of [() => acme.accounting.invoices.issue(inv.id), () => (db as any).select(), () => db.forTenant({ tenantId: t.tenant.id, userId: c.id }).accounting.customers.list(), () => acme.tenancy.members.suspend(t.admin.id), () => acme.accounting.customers.create({ companyId: c.id, name: "" })]) {
  try { await f(); console.log("NOT REFUSED"); } catch (e: any) { console.log(e.name, e.message, e.sqlState, e.statement); }
}
console.log(await acme.accounting.invoices.markPaid([inv.id]), await acme.accounting.invoices.reconcile(), await acme.accounting.invoices.revenueByCountry(), await acme.accounting.invoices.largestCustomers());
const imp = await acme.accounting.customers.importMany([{ companyId: t.company!.id, externalId: "1", name: "Imp" }]);
console.log(imp, await acme.accounting.customers.importMany([{ companyId: t.company!.id, externalId: "1", name: "Imp" }]));
console.log(await acme.accounting.invoices.importMany([{ companyId: t.company!.id, externalId: "1", invoiceNumber: "C-1", customerId: imp.ids.get("1")!, invoiceDate: "2021-01-01", dueDate: "2021-01-01", status: "paid", lines: [{ description: "a", quantity: "1", unitPrice: "0.99" }] }]));
console.log((await acme.tenancy.audit.list()).items.map((a) => [a.action, a.targetType, a.actorLogin, a.actorUserId]));
console.log(await acme.tenancy.idempotency.once({ operation: "x", key: "k", request: { a: 1 } }, async (u) => ({ v: 1 })), await acme.tenancy.idempotency.once({ operation: "x", key: "k", request: { a: 1 } }, async (u) => ({ v: 2 })));
await db.close();
