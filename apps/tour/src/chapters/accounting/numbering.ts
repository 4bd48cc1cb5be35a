import type { Tour } from "../../chapter";
import { promise } from "../../failure";
import { money } from "../../format";
import type { Tenants, TourTenant } from "../../tenants";

/** Thrown inside the transaction to undo it: the tour leaves nothing behind. */
class OnPurpose extends Error {}

/** An invoice is issued twice, each time undone: the number comes back, so the series has no gap. */
export function proveNumbering({ print }: Tour, { chinook }: Tenants) {
  return print.chapter("An invoice is issued, and undone", async () => {
    print.code("await chinook.transaction(async (tx) => { … await tx.accounting.invoices.issue(id); throw … })");
    const first = await issueAndUndo(chinook);
    const second = await issueAndUndo(chinook);
    promise(first.number === second.number, `The series has a gap: ${first.number}, then ${second.number}`);
    print.proof(`Issued as ${first.number}: the customer owes ${money(first.owed)}`);
    print.proof(`Rolled back: no invoice, ${money(first.owedAfterwards)} owed`);
    print.proof(`The next attempt gets ${second.number} again: legal numbers have no gaps`);
    return { first, second };
  });
}

async function issueAndUndo({ handle, companyId }: TourTenant) {
  const [customer] = (await handle.accounting.customers.list({ limit: 1 })).items;
  promise(customer !== undefined, "Chinook has no customer to bill");
  let issued: { id: string; number: string; owed: string } | undefined;
  try {
    await handle.transaction(async (tx) => {
      const draft = await tx.accounting.invoices.create({
        companyId,
        customerId: customer.id,
        invoiceDate: "2026-01-15",
        dueDate: "2026-02-14",
        lines: [{ description: "Vinyl, signed by the band", quantity: "3", unitPrice: "24.90" }],
      });
      const { id, invoiceNumber } = await tx.accounting.invoices.issue(draft.id);
      const { balance } = await tx.accounting.customers.getById(customer.id);
      issued = { id, number: invoiceNumber ?? "none", owed: balance };
      throw new OnPurpose();
    });
  } catch (error) {
    if (!(error instanceof OnPurpose)) throw error;
  }
  promise(issued !== undefined, "The invoice was not issued");
  const kept = await handle.accounting.invoices.findById(issued.id);
  promise(kept === undefined, `The rollback left invoice ${issued.number} behind`);
  const { balance } = await handle.accounting.customers.getById(customer.id);
  promise(
    balance === customer.balance,
    `The rollback left the customer owing ${balance} instead of ${customer.balance}`,
  );
  return { ...issued, owedAfterwards: balance };
}
