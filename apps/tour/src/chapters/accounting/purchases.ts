import { sumMoney, UniqueViolationError } from "@org/db";
import type { JournalEntry } from "@org/db/accounting";
import type { Tour } from "../../chapter";
import { promise } from "../../failure";
import { money } from "../../format";
import type { Tenants, TourTenant } from "../../tenants";
import type { Plan } from "./plan";

/** It never changes, so that a second tour finds the bill. */
const id = "019a0000-0000-7000-8000-00000000c003";

const right = { align: "right" } as const;

/** A vendor's bill is previewed, approved, and settled in part by a credit note and a payment. */
export function payVendor({ print }: Tour, { chinook }: Tenants, plan: Plan) {
  return print.chapter("A vendor's bill is approved, and paid in part", async () => {
    const { bills, journal, vendors } = chinook.handle.accounting;
    const isNew = (await bills.findById(id)) === undefined && (await enterBill(chinook, plan));
    const bill = await bills.getById(id);

    print.code("await chinook.accounting.bills.approve(id, { preview: true })");
    const days = { companyId: chinook.companyId, from: bill.billDate, to: bill.billDate };
    const entry = (await journal.list(days)).items.find(({ sourceId }) => sourceId === id);
    promise(entry !== undefined, `Bill ${bill.billNumber} is not posted`);
    print.table(
      [{ header: "Account" }, { header: "Debit", ...right }, { header: "Credit", ...right }],
      await Promise.all(entry.lines.map((line) => describe(chinook, line))),
    );
    print.proof("A preview shows the entry and writes nothing; approving then posts the same");

    print.code("await chinook.accounting.bills.credit(id, { billNumber, date, lines })");
    print.code("await chinook.accounting.payments.make({ …, externalId, allocations: [{ billId, amount }] })");
    const { name, balance } = await vendors.getById(bill.vendorId);
    const open = sumMoney([bill.totalAmount, `-${bill.paidAmount}`]);
    promise(open === balance, `The vendor is owed ${balance}, and ${open} of the bill is open`);
    print.proof(
      `${money(bill.paidAmount)} of ${money(bill.totalAmount)} is settled; ${name} is owed ${money(balance)}`,
    );
    return { bill, balance, isNew };
  });
}

/** All of it or nothing; false when another tour, at the same time, was quicker. */
async function enterBill({ handle, companyId }: TourTenant, { yearEnd }: Plan): Promise<boolean> {
  const { accounts, vendors } = handle.accounting;
  const vendor = { companyId, externalId: "pressing-plant", name: "Pressing Plant Ltd" };
  const vendorId = (await vendors.importMany([vendor])).ids.get(vendor.externalId) ?? "";
  const software = await accounts.findByCode(companyId, "6300");
  const month = yearEnd.slice(0, "2025-12".length);
  const records = { description: "Records, pressed", unitPrice: "1.85" };
  try {
    await handle.transaction(async (tx) => {
      const { bills, journal, payments } = tx.accounting;
      const billDate = `${month}-01`;
      await bills.create({
        ...{ id, companyId, vendorId, billNumber: "PP-2047", billDate, dueDate: yearEnd },
        lines: [
          { ...records, quantity: "100" },
          { description: "Shop page, a year", quantity: "1", unitPrice: "96.00", accountId: software?.id },
        ],
      });
      const [preview] = await bills.approve(id, { preview: true });
      await bills.approve(id);
      const posted = (await journal.list({ companyId, from: billDate, to: billDate })).items;
      const entry = posted.find(({ sourceId }) => sourceId === id);
      promise(linesOf(entry) === linesOf(preview), "The bill was posted otherwise than the preview showed");
      const lines = [{ ...records, quantity: "10" }];
      await bills.credit(id, { billNumber: "PP-C-118", date: `${month}-15`, lines });
      const paid = { companyId, vendorId, paymentDate: yearEnd, amount: "100.00", externalId: "pressing-plant-1" };
      await payments.make({ ...paid, allocations: [{ billId: id, amount: paid.amount }] });
    });
    return true;
  } catch (error) {
    if (error instanceof UniqueViolationError) return false;
    throw error;
  }
}

/** What tells entries apart, but for their ids. */
function linesOf(entry: JournalEntry | undefined): string {
  return JSON.stringify(entry?.lines.map(({ id: _id, ...line }) => line));
}

async function describe({ handle }: TourTenant, { accountId, debit, credit }: JournalEntry["lines"][number]) {
  const { code, name } = await handle.accounting.accounts.getById(accountId);
  const cell = (amount: string) => (/[1-9]/.test(amount) ? money(amount) : "");
  return [`${code} ${name}`, cell(debit), cell(credit)];
}
