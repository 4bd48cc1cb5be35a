import { describe, expect } from "vitest";
import { createCustomer, createInvoice, createVendor } from "../../../src/testing";
import { rejection } from "../../kit/outcomes";
import { bySql, ownerRows } from "../../kit/sql";
import { plant } from "../integrity/healthy-books";
import { freshBooks as it, tenantWithBooks } from "../kit/books";
import { discrepancies } from "../kit/discrepancies";
import { approved, balanceOf, issued, work } from "../kit/documents";
import { accountOf, booksOf, setRate, transfer } from "../kit/journal";

describe("a document", () => {
  it("has the decimals of its currency, whichever they are", async ({ test, acme, customerId }) => {
    const line = (quantity: string, unitPrice: string) => ({ description: "Work", quantity, unitPrice });
    for (const [currency, lines, amounts, total] of [
      ["KWD", [line("1", "12.345")], ["12.345"], "12.345"],
      ["TND", [line("3", "0.333"), line("1", "2")], ["0.999", "2.000"], "2.999"],
      ["JPY", [line("3", "33.5"), line("0.5", "1")], ["101", "1"], "102"],
      ["CLF", [line("1", "0.1234")], ["0.1234"], "0.1234"],
      ["EUR", [line("3", "0.335")], ["1.01"], "1.01"],
    ] as const) {
      await setRate(acme, currency, "2026-01-01", "2");
      const fields = { customerId, currency, lines: [...lines] };
      const draft = await createInvoice(acme, fields);
      const [many] = await acme.handle.accounting.invoices.createMany([
        { ...fields, companyId: acme.company.id, invoiceDate: "2026-01-15", dueDate: "2026-01-15" },
      ]);
      expect([draft.totalAmount, many?.totalAmount]).toEqual([total, total]);
      const document = await acme.handle.accounting.invoices.findDocument(draft.id);
      expect(document?.lines.map((each) => [each.amount, each.currency])).toEqual(
        amounts.map((amount) => [amount, currency]),
      );
      const { paidAmount } = await acme.handle.accounting.invoices.issue(draft.id);
      expect(paidAmount).toBe(total.replace(/\d/g, "0").replace(/^0+/, "0"));
      await acme.handle.accounting.invoices.markPaid([draft.id]);
      expect(await acme.handle.accounting.invoices.getById(draft.id)).toMatchObject({
        status: "paid",
        paidAmount: total,
      });
    }
    expect(await discrepancies(test, acme)).toEqual([]);
    expect(await acme.handle.accounting.integrity.violations()).toEqual([]);
  });

  it("is rounded anew when its draft changes its currency or its lines", async ({ test, acme }) => {
    const { invoices } = acme.handle.accounting;
    const lines = [work("0.5"), work("1.5"), work("2.346")];
    const { id } = await createInvoice(acme, { lines });
    expect((await invoices.update(id, { currency: "JPY" })).totalAmount).toBe("5");
    expect((await invoices.findDocument(id))?.lines.map(({ amount }) => amount)).toEqual(["1", "2", "2"]);
    expect((await invoices.update(id, { currency: "KWD" })).totalAmount).toBe("4.346");
    expect((await invoices.setLines(id, [work("0.0005"), work("1")])).totalAmount).toBe("1.001");
    const insert = (currency: string) => `insert into accounting.invoice_lines
        (company_id, invoice_id, line_number, description, quantity, unit_price, currency)
      select company_id, id, 3, 'Raw', 1, 0.0005, ${currency} from accounting.invoices`;
    const total = "update accounting.invoices set total_amount = 1.0015";
    expect(await bySql(test, acme, [insert("null")], [total])).toBe("ZT002");
    expect(await bySql(test, acme, [insert("null")], ["update accounting.invoices set total_amount = 1.002"])).toBe(
      "done",
    );
    const [raw] = await ownerRows(
      test,
      "select currency, amount from accounting.invoice_lines where description = 'Raw'",
    );
    expect(raw).toEqual({ currency: "KWD", amount: "0.001" });
    // Whatever a writer says, a line that changes is in the document's currency; a new one in another is not issued.
    expect(await bySql(test, acme, ["update accounting.invoice_lines set currency = 'JPY'"])).toBe("done");
    expect((await invoices.findDocument(id))?.lines.map(({ currency }) => currency)).toEqual(["KWD", "KWD", "KWD"]);
    await bySql(test, acme, ["delete from accounting.invoice_lines where description = 'Raw'"], [insert("'USD'")]);
    await setRate(acme, "KWD", "2026-01-01", "3.25");
    expect(await rejection(invoices.issue(id))).toMatchObject({ code: "INVARIANT_VIOLATED" });
  });

  it("takes a rate with as many digits as it needs", async ({ acme }) => {
    const rate = "0.0000111731843575419";
    const { exchangeRates, journal } = acme.handle.accounting;
    await exchangeRates.set({ companyId: acme.company.id, currency: "LBP", rateDate: "2026-01-01", rate });
    expect(await exchangeRates.rateOn(acme.company.id, "LBP", "2026-01-15")).toBe(rate);
    const invoice = await issued(acme, "89500000", { currency: "LBP" });
    expect(invoice).toMatchObject({ totalAmount: "89500000.00", exchangeRate: rate, baseAmount: "1000.00" });
    const { bankAccountId, salesAccountId } = await booksOf(acme);
    const lines = transfer(acme, [bankAccountId, salesAccountId], "89500000.00").lines;
    const posted = await journal.post({
      ...transfer(acme, [bankAccountId, salesAccountId]),
      lines: lines.map((line) => ({ ...line, currency: "LBP", rate })),
    });
    expect(posted.lines.map((line) => [line.baseDebit, line.baseCredit])).toEqual([
      ["1000.00", "0.00"],
      ["0.00", "1000.00"],
    ]);
  });
});

describe("books in yen", () => {
  it("take sixty payments of a dollar invoice, each at its own rate", async ({ test }) => {
    const acme = await tenantWithBooks(test, "JPY");
    const customerId = (await createCustomer(acme)).id;
    const { id, baseAmount } = await issued(acme, "10.01", { customerId, currency: "USD", exchangeRate: "151.237" });
    expect(baseAmount).toBe("1514");
    for (let n = 0; n < 60; n += 1) {
      const amount = n < 59 ? "0.16" : "0.57";
      const allocations = [{ invoiceId: id, amount }];
      const exchangeRate = (149.55 + n / 7).toFixed(5);
      const payment = { companyId: acme.company.id, customerId, paymentDate: "2026-02-01", currency: "USD" };
      await acme.handle.accounting.payments.receive({ ...payment, amount, exchangeRate, allocations });
    }
    expect(await acme.handle.accounting.invoices.getById(id)).toMatchObject({
      ...{ status: "paid", paidAmount: "10.01", paidBaseAmount: "1514" },
    });
    expect(await balanceOf(acme, customerId)).toBe("0");
    expect(await discrepancies(test, acme)).toEqual([]);
    expect(await acme.handle.accounting.integrity.violations()).toEqual([]);
  });

  it("void an invoice whose base amount has decimals from before, and report it", async ({ test }) => {
    const acme = await tenantWithBooks(test, "JPY");
    const { id, customerId } = await issued(acme, "10.01", { currency: "USD", exchangeRate: "151.237" });
    const both = (column: string) => `${column} = case when ${column} > 0 then 1513.88 else 0 end`;
    const ofTenant = `where tenant_id = '${acme.tenant.id}'`;
    const bySign = (column: string) => `${column} = sign(${column}) * 1513.88`;
    await plant(
      test,
      `update accounting.invoices set base_amount = 1513.88 ${ofTenant};
       update accounting.journal_lines set ${both("base_debit")}, ${both("base_credit")}, ${bySign("balance_after")} ${ofTenant};
       update accounting.period_totals set ${both("base_debit")}, ${both("base_credit")} ${ofTenant};
       update accounting.account_balances set ${bySign("balance")} ${ofTenant};
       update accounting.customers set ${bySign("balance")} ${ofTenant}`,
    );
    const kinds = (await acme.handle.accounting.integrity.violations()).map(({ kind }) => kind);
    expect([...new Set(kinds)]).toEqual(["base_amount_differs", "base_amount_scale", "line_scale"]);
    await acme.handle.accounting.invoices.void(id);
    expect(Number(await balanceOf(acme, customerId))).toBe(0);
    expect(await discrepancies(test, acme)).toEqual([]);
  });
});

describe("books in another base currency", () => {
  it.for([
    ["JPY", "0", "1234", "0.5"],
    ["USD", "0.00", "12.34", "0.005"],
    ["KWD", "0.000", "1.234", "0.0005"],
    ["CLF", "0.0000", "0.1234", "0.00005"],
  ])(
    "in %s have its decimals in every figure",
    async ([baseCurrency = "", zero, amount = "", tooFine = ""], { test }) => {
      const acme = await tenantWithBooks(test, baseCurrency);
      const books = await booksOf(acme);
      const [customer, vendor] = [await createCustomer(acme), await createVendor(acme)];
      await setRate(acme, "EUR", "2026-01-01", "1");
      const own = { customerId: customer.id, currency: baseCurrency };
      const invoice = await issued(acme, amount, own);
      await approved(acme, amount, { vendorId: vendor.id, currency: baseCurrency });
      const { accounting } = acme.handle;
      const money = { companyId: acme.company.id, customerId: customer.id, paymentDate: "2026-02-01" };
      const payment = await accounting.payments.receive({ ...money, amount });
      expect(payment).toMatchObject({ amount, baseAmount: amount, allocatedAmount: zero, allocatedBaseAmount: zero });
      expect(payment).toMatchObject({ currency: baseCurrency, exchangeRate: "1", exchangeDifference: zero });
      const open = (await accounting.payments.openDocuments({ customerId: customer.id })).items;
      expect(open.map((each) => each.openBaseAmount).sort()).toEqual([`-${amount}`, amount].sort());
      const [allocation] = await accounting.payments.allocate({ paymentId: payment.id, allocations: "oldest" });
      expect(allocation).toMatchObject({ amount, baseAmount: amount, sourceBaseAmount: amount });
      expect((await accounting.payments.void(payment.id)).allocatedBaseAmount).toBe(zero);
      expect(await balanceOf(acme, customer.id)).toBe(amount);
      expect(await accounting.invoices.getById(invoice.id)).toMatchObject({ paidAmount: zero, paidBaseAmount: zero });

      const entry = transfer(acme, [books.bankAccountId, books.salesAccountId], amount);
      const [plain, foreign] = await accounting.journal.postMany([
        entry,
        {
          ...entry,
          lines: entry.lines.map((line) => ({
            ...line,
            currency: "EUR",
            ...eachSide(line, "1.00"),
            baseAmount: amount,
          })),
        },
      ]);
      for (const posted of [plain, foreign]) {
        const read = await accounting.journal.getById(posted?.id ?? "");
        expect(read).toEqual(posted);
        expect(read.lines.map((line) => [line.baseDebit, line.baseCredit])).toEqual([
          [amount, zero],
          [zero, amount],
        ]);
      }
      const wrong = entry.lines.map((line) => ({
        ...line,
        currency: "EUR",
        ...eachSide(line, "1.00"),
        baseAmount: tooFine,
      }));
      expect(await rejection(accounting.journal.post({ ...entry, lines: wrong }))).toMatchObject({
        code: expect.stringMatching(/^(INVARIANT_VIOLATED|VALIDATION_FAILED)$/),
      });

      const { reports } = accounting;
      const asOf = "2030-01-01";
      const of = { companyId: acme.company.id, asOf };
      const trial = await reports.trialBalance(of);
      expect(trial.totals.debit).toBe(trial.totals.credit);
      const figures = [
        ...trial.accounts.flatMap(({ debit, credit }) => [debit, credit]),
        ...Object.values(trial.totals),
        ...amountsOf(await reports.balanceSheet(of)),
        ...amountsOf(await reports.profitAndLoss({ companyId: acme.company.id, from: "2026-01-01", to: asOf })),
        ...amountsOf((await reports.receivablesAgeing(of)).totals),
        ...amountsOf((await reports.payablesAgeing({ ...of, asOf: "2020-01-01" })).totals),
        ...amountsOf(await reports.customerStatement({ customerId: customer.id, from: "2026-01-01", to: asOf })),
        ...amountsOf(await reports.vendorStatement({ vendorId: vendor.id, from: "2027-01-01", to: asOf })),
        ...amountsOf(await reports.generalLedger({ accountId: books.bankAccountId, from: "2026-01-01", to: asOf })),
        ...(await accounting.accounts.tree({ companyId: acme.company.id })).flatMap((node) => [
          node.balance,
          node.totalBalance,
        ]),
      ];
      const decimals = (zero?.split(".")[1] ?? "").length;
      const isOwn = (text: string) => (text.split(".")[1] ?? "").length === decimals;
      // The ledger's own amounts of a line in euro have two decimals.
      expect(figures.filter((text) => !isOwn(text) && text !== "1.00" && text !== "-1.00")).toEqual([]);
      expect(figures.length).toBeGreaterThan(60);
      expect(await discrepancies(test, acme)).toEqual([]);
      expect(await accounting.integrity.violations()).toEqual([]);
      expect(await bySql(test, acme, ["update accounting.books set base_currency = 'EUR'"])).toBe("ZT003");
    },
  );

  it("round the leftovers of an entry in their own units", async ({ test }) => {
    const acme = await tenantWithBooks(test, "JPY");
    const { bankAccountId, salesAccountId } = await booksOf(acme);
    const rent = await accountOf(acme, "6200");
    const [first, second] = transfer(acme, [bankAccountId, salesAccountId], "1.00").lines;
    const euro = { currency: "EUR", rate: "100.4" };
    const entry = await acme.handle.accounting.journal.post({
      ...transfer(acme, [bankAccountId, salesAccountId]),
      lines: [
        { ...first, ...euro, accountId: bankAccountId, debit: "0.02" },
        { ...second, ...euro, accountId: salesAccountId, credit: "0.01" },
        { ...euro, accountId: rent, credit: "0.01" },
      ],
    });
    // 2.008 is 2 yen, 1.004 is 1 yen.
    expect(entry.lines.map((line) => [line.baseDebit, line.baseCredit])).toEqual([
      ["2", "0"],
      ["0", "1"],
      ["0", "1"],
    ]);
    const off = await acme.handle.accounting.journal.post({
      ...transfer(acme, [bankAccountId, salesAccountId]),
      lines: [
        { accountId: bankAccountId, currency: "EUR", rate: "150", debit: "0.03" },
        { accountId: salesAccountId, currency: "EUR", rate: "150", credit: "0.01" },
        { accountId: rent, currency: "EUR", rate: "150", credit: "0.02" },
      ],
    });
    // 4.5 is 5 yen, 1.5 is 2 yen, 3 is 3 yen.
    expect(off.lines.map((line) => line.baseDebit)).toEqual(["5", "0", "0"]);
    const uneven = await acme.handle.accounting.journal.post({
      ...transfer(acme, [bankAccountId, salesAccountId]),
      lines: [
        { accountId: bankAccountId, currency: "EUR", rate: "150", debit: "0.02" },
        { accountId: salesAccountId, currency: "EUR", rate: "150", credit: "0.01" },
        { accountId: rent, currency: "EUR", rate: "150", credit: "0.01" },
      ],
    });
    expect(uneven.lines.at(-1)).toMatchObject({
      isExchangeDifference: true,
      debit: "1",
      baseDebit: "1",
      currency: "JPY",
    });
  });
});

const eachSide = (line: { debit?: string | undefined }, amount: string) =>
  line.debit === undefined ? { credit: amount } : { debit: amount };

/** Every text of a report that is an amount. */
function amountsOf(report: object): string[] {
  return Object.entries(report).flatMap(([key, value]) => {
    if (value !== null && typeof value === "object") return amountsOf(value);
    const isAmount = !["code", "asOf", "from", "to"].includes(key) && /^-?\d+(\.\d+)?$/.test(String(value));
    return isAmount && typeof value === "string" ? [value] : [];
  });
}
