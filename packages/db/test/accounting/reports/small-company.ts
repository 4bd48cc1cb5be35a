import { createTenant } from "../../../src/testing";
import { inDatabase } from "../../kit/tenants";
import { MadeBooks } from "./made-books";
import { writeBooks } from "./rows";

/*
 * A small company, by hand. Base currency USD.
 *   02 Jan  capital 1,000.00 into the bank
 *   10 Jan  invoice A, customer 1: 300.00, due 20 Jan
 *   20 Jan  bill, vendor 1: 120.00, due 19 Feb
 *   31 Jan  invoice B, customer 2: EUR 100.00 at 1.10 = 110.00, due 2 Mar
 *   05 Feb  customer 1 pays 350.00: 300.00 for A, 50.00 too much
 *   10 Feb  customer 2 pays EUR 40.00 at 1.20 = 48.00, for B; 44.00 of B's base amount: 4.00 gained
 *   15 Feb  credit note for customer 2: EUR 10.00 at 1.10 = 11.00, not allocated
 *   28 Feb  the bill is paid, 100.00 of 120.00
 *   01 Mar  invoice C, customer 1: 70.00, due 1 Mar; void on 5 Mar
 */
export function smallCompany(): MadeBooks {
  const made = new MadeBooks();
  const eur = (rate: bigint) => ({ currency: "EUR", rate });
  made.post("2026-01-02", [
    ["bank", 100000n],
    ["capital", -100000n],
  ]);
  const a = made.document("invoice", { date: "2026-01-10", due: "2026-01-20", amount: 30000n });
  const bill = made.document("bill", { date: "2026-01-20", due: "2026-02-19", amount: 12000n });
  const b = made.document("invoice", {
    date: "2026-01-31",
    due: "2026-03-02",
    amount: 10000n,
    party: 1,
    ...eur(110000000n),
  });
  made.allocate(made.pay("invoice", { date: "2026-02-05", amount: 35000n }), a, 30000n, "2026-02-05");
  const inEuro = made.pay("invoice", { date: "2026-02-10", amount: 4000n, party: 1, ...eur(120000000n) });
  made.allocate(inEuro, b, 4000n, "2026-02-10");
  made.document("invoice", { date: "2026-02-15", amount: 1000n, party: 1, isCredit: true, ...eur(110000000n) });
  made.allocate(made.pay("bill", { date: "2026-02-28", amount: 10000n }), bill, 10000n, "2026-02-28");
  const c = made.document("invoice", { date: "2026-03-01", amount: 7000n });
  made.void(c, "2026-03-05");
  return made;
}

/** The tests of a file share `acme`, whose company has the books `made`. */
export const inSmallCompany = inDatabase
  .extend("acme", { scope: "file" }, ({ test }) => createTenant(test, "Acme", { chart: false }))
  .extend("made", { scope: "file", auto: true }, async ({ test, acme }) => {
    const made = smallCompany();
    await test.asOwner((owner) => writeBooks(owner, made, acme.tenant.id, acme.company.id));
    return made;
  });
