import { inArray, sql } from "drizzle-orm";
import { describe, expect } from "vitest";
import { invoices } from "../../../src/accounting";
import { createCustomer, createInvoice, createTenant } from "../../../src/testing";
import { freshBooks as it } from "../kit/books";

describe("what a customer owes", () => {
  it("follows the invoices' status, whoever changes it", async ({ test }) => {
    const acme = await createTenant(test);
    const customers = [await createCustomer(acme), await createCustomer(acme)];
    const balances = async () => {
      const found = await Promise.all(customers.map(({ id }) => acme.handle.accounting.customers.getById(id)));
      return found.map((customer) => customer.balance);
    };
    const ids: string[] = [];
    for (const { id: customerId } of [...customers, ...customers])
      ids.push((await createInvoice(acme, { customerId })).id);
    expect(await balances()).toEqual(["0.00", "0.00"]);

    for (const id of ids) await acme.handle.accounting.invoices.issue(id);
    expect(await balances()).toEqual(["20.00", "20.00"]);

    // AI-BOS's own bulk update, in plain Drizzle.
    await acme.handle
      .update(invoices)
      .set({ status: "paid" })
      .where(inArray(invoices.id, ids.slice(0, 3)));
    expect(await balances()).toEqual(["0.00", "10.00"]);

    await acme.handle.execute(sql`update accounting.invoices set status = 'void' where id = ${ids[3]}`);
    expect(await balances()).toEqual(["0.00", "0.00"]);
  });

  it("is undone with the transaction", async ({ test }) => {
    const acme = await createTenant(test);
    const { id: customerId } = await createCustomer(acme);
    const { id } = await createInvoice(acme, { customerId });
    const undone = acme.handle.transaction(async (tx) => {
      await tx.accounting.invoices.issue(id);
      throw new Error("changed my mind");
    });
    await expect(undone).rejects.toThrow("changed my mind");
    expect((await acme.handle.accounting.customers.getById(customerId)).balance).toBe("0.00");
  });
});
