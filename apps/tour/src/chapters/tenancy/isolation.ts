import type { Tour } from "../../chapter";
import { promise, refused } from "../../failure";
import { count } from "../../format";
import type { Tenants } from "../../tenants";

const everything = "select count(*)::int as found from accounting.invoices";

/** The other tenant looks, guesses and pretends; it finds none of Chinook's invoices, and is told so in typed errors. */
export function proveIsolation({ db, print }: Tour, { chinook, northwind }: Tenants, invoices: number) {
  return print.chapter("The other tenant sees nothing", async () => {
    const chinookBooks = chinook.handle.accounting;
    const northwindBooks = northwind.handle.accounting;
    const [known] = (await chinookBooks.invoices.list({ limit: 1 })).items;
    promise(known !== undefined, "Chinook has no invoice to look for");

    print.code("await northwind.accounting.invoices.list()");
    const listed = (await northwindBooks.invoices.list()).items.length;
    promise(listed === 0, `Northwind lists ${listed} invoices and should list none`);
    print.proof("An empty list");

    print.code("await northwind.accounting.invoices.findById(idOfAnInvoiceOfChinook)");
    promise((await chinookBooks.invoices.findById(known.id)) !== undefined, "Chinook does not find its own invoice");
    const guessed = await northwindBooks.invoices.findById(known.id);
    promise(guessed === undefined, "Northwind found an invoice of Chinook by its id");
    print.proof("undefined: a known id is worth nothing");

    print.code(`await northwind.execute("${everything}")`);
    const [theirs] = (await northwind.handle.execute<{ found: number }>(everything)).rows;
    const [ours] = (await chinook.handle.execute<{ found: number }>(everything)).rows;
    promise(theirs?.found === 0, `Raw SQL shows Northwind ${theirs?.found} invoices and should show none`);
    promise(ours?.found === invoices, `Raw SQL shows Chinook ${ours?.found} of its invoices`);
    print.proof(`0 through raw SQL without a where; the same SQL shows Chinook its ${count(ours.found)}`);

    const answers = {
      billing: await refused("ForeignKeyViolationError", () =>
        northwindBooks.invoices.create({
          companyId: northwind.companyId,
          customerId: known.customerId,
          invoiceDate: "2026-01-15",
          dueDate: "2026-01-15",
          lines: [{ description: "A bill to somebody else's customer", quantity: "1", unitPrice: "10.00" }],
        }),
      ),
      pretending: await refused("TenantIsolationError", () =>
        db.forTenant({ tenantId: chinook.id, userId: northwind.adminId }).accounting.invoices.list(),
      ),
      reporting: await refused("NotFoundError", () =>
        northwindBooks.reports.trialBalance({ companyId: chinook.companyId, asOf: "2026-01-15" }),
      ),
      // `select` is typed `never` on db, so that the compiler says it first; JavaScript is told at run time.
      forgetting: await refused("TenantContextMissingError", async () => db.select),
    };
    print.code("await northwind.accounting.invoices.create({ customerId: customerOfChinook, … })");
    print.proof(answers.billing);
    print.code("await northwind.accounting.reports.trialBalance({ companyId: companyOfChinook, asOf })");
    print.proof(answers.reporting);
    print.code("await db.forTenant({ tenantId: chinook.id, userId: adminOfNorthwind }).accounting.invoices.list()");
    print.proof(answers.pretending);
    print.code("await db.select().from(invoices)");
    print.proof(answers.forgetting);
    return { listed, guessed, raw: theirs.found, answers };
  });
}
