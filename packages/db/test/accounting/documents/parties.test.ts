import { describe, expect } from "vitest";
import { createCustomer } from "../../../src/testing";
import { bySql, ownerRows } from "../../kit/sql";
import { freshBooks as it } from "../kit/books";
import { approved, createBill, createVendor, issued, work } from "../kit/documents";

const address = { address: "1 Road", city: "Town", state: "S", postalCode: "12345", country: "DE" };
const party = { name: "First name", taxId: "T-1", email: "one@example.com", phone: "1", ...address };
const later = { name: "Later name", taxId: "T-2", email: "two@example.com", city: "Elsewhere" };
const nowhere = { city: null, state: null, postalCode: null, country: null };

describe("an invoice names who sells and who buys", () => {
  it("as they are while it is a draft, and as they were once it is issued", async ({ acme, customerId }) => {
    const { invoices, customers } = acme.handle.accounting;
    const { companies } = acme.handle.tenancy;
    await customers.update(customerId, party);
    await companies.update(acme.company.id, { name: "Us", taxId: "U-1", address: "Our road" });
    const draft = await invoices.create({
      ...{ companyId: acme.company.id, customerId, invoiceDate: "2026-01-15", dueDate: "2026-02-14" },
      lines: [work("10.00")],
    });
    expect(draft).toMatchObject({ seller: null, buyer: null });
    expect(await invoices.findDocument(draft.id)).toMatchObject({ buyer: party, seller: { name: "Us" } });
    await customers.update(customerId, { name: "Second name" });
    expect((await invoices.findDocument(draft.id))?.buyer).toEqual({ ...party, name: "Second name" });
    const made = await invoices.issue(draft.id);
    const buyer = { ...party, name: "Second name" };
    const seller = { name: "Us", taxId: "U-1", address: "Our road", email: null, phone: null, ...nowhere };
    expect(made).toMatchObject({ buyer, seller });
    await customers.update(customerId, later);
    await companies.update(acme.company.id, { name: "We" });
    for (const read of [await invoices.getById(draft.id), await invoices.findDocument(draft.id)]) {
      expect([read?.buyer, read?.seller]).toEqual([buyer, seller]);
    }
    expect((await invoices.findDocument(draft.id))?.customer.name).toBe("Later name");
    // A credit note is a document of its own day.
    const note = await invoices.credit(draft.id, { date: "2026-02-01" });
    expect(note.buyer).toMatchObject(later);
    expect(note.seller).toMatchObject({ name: "We" });
    await invoices.void((await issued(acme, "1.00", { customerId })).id);
    expect((await invoices.getById(draft.id)).buyer).toEqual(buyer);
  });

  it("when it is imported, and when SQL issues many", async ({ test, acme, customerId }) => {
    const { invoices, customers } = acme.handle.accounting;
    await customers.update(customerId, party);
    const dated = { companyId: acme.company.id, customerId, invoiceDate: "2026-01-10", dueDate: "2026-02-10" };
    const lines = [work("10.00")];
    const imported = ["paid", "issued"].map((status, n) => ({
      ...{ ...dated, lines, status: status as "paid", paidOn: status === "paid" ? "2026-01-11" : undefined },
      ...{ externalId: `E-${n}`, invoiceNumber: `N-${n}` },
    }));
    await invoices.importMany(imported.map(({ paidOn, ...rest }) => (paidOn ? { ...rest, paidOn } : rest)));
    await invoices.createMany([1, 2].map(() => ({ ...dated, lines })));
    expect(await bySql(test, acme, ["update accounting.invoices set status = 'issued' where status = 'draft'"])).toBe(
      "done",
    );
    await customers.update(customerId, later);
    const { items } = await invoices.list();
    expect(items.map(({ buyer }) => buyer?.name)).toEqual(Array(4).fill("First name"));
    expect(items.map(({ seller }) => seller?.name)).toEqual(Array(4).fill(acme.company.name));
  });

  it("which nobody else writes, and nobody changes", async ({ test, acme, customerId }) => {
    const { invoices } = acme.handle.accounting;
    const { id } = await issued(acme, "10.00", { customerId });
    const before = await invoices.getById(id);
    const draft = await invoices.create({
      ...{ companyId: acme.company.id, customerId, invoiceDate: "2026-01-15", dueDate: "2026-02-14" },
      lines: [work("10.00")],
    });
    const forged = `'{"name": "Forged"}'`;
    for (const column of ["seller", "buyer"]) {
      for (const value of [forged, "null", "default"]) {
        const of = (which: string) =>
          bySql(test, acme, [`update accounting.invoices set ${column} = ${value} where id = $1`, [which]]);
        expect(await of(id)).toBe("ZT003");
        expect(await of(draft.id)).toBe(value === forged ? "23514" : "done");
      }
      const insert = `insert into accounting.invoices (company_id, customer_id, invoice_date, due_date, total_amount, ${column})
        values ($1, $2, '2026-01-15', '2026-02-14', 10, ${forged})`;
      expect(await bySql(test, acme, [insert, [acme.company.id, customerId]])).toBe("23514");
    }
    const issue = `update accounting.invoices set status = 'issued', buyer = ${forged}, seller = ${forged} where id = $1`;
    expect(await bySql(test, acme, [issue, [draft.id]])).toBe("done");
    const { buyer, seller } = await invoices.getById(draft.id);
    expect([buyer?.name, seller?.name]).toEqual(["Customer", acme.company.name]);
    expect(await invoices.getById(id)).toEqual(before);
  });

  it("and one issued before there were such names shows them as they are", async ({ test, acme, customerId }) => {
    const { id } = await issued(acme, "10.00", { customerId });
    await test.asOwner(async (owner) => {
      await owner.query("set session_replication_role = replica");
      await owner.query("update accounting.invoices set seller = null, buyer = null where id = $1", [id]);
    });
    expect((await acme.handle.accounting.invoices.findDocument(id))?.buyer.name).toBe("Customer");
  });
});

describe("a bill", () => {
  it("names its vendor as the seller, and the company as the buyer", async ({ acme }) => {
    const { bills, vendors } = acme.handle.accounting;
    const vendorId = await createVendor(acme);
    await vendors.update(vendorId, party);
    const draft = await createBill(acme, { vendorId });
    expect((await bills.findDocument(draft.id))?.seller).toEqual(party);
    const made = await approved(acme, "10.00", { vendorId });
    await vendors.update(vendorId, later);
    const read = await bills.findDocument(made.id);
    expect(read).toMatchObject({ seller: party, buyer: { name: acme.company.name }, vendor: { name: "Later name" } });
    expect((await bills.findDocument(draft.id))?.seller.name).toBe("Later name");
  });
});

it("is the document's own company's and tenant's", async ({ test, acme, other }) => {
  const { id: customerId } = await createCustomer(acme, { name: "Mine" });
  await issued(acme, "10.00", { customerId });
  const rows = await ownerRows(test, "select buyer ->> 'name' as name from accounting.invoices where tenant_id = $1", [
    other.tenant.id,
  ]);
  expect(rows).toEqual([]);
});
