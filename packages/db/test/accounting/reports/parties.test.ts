import { describe, expect } from "vitest";
import { NotFoundError, ValidationError } from "../../../src/index";
import { createTenant } from "../../../src/testing";
import { rejection } from "../../kit/outcomes";
import { inSmallCompany as it } from "./small-company";

describe("ageing", () => {
  it("sorts what customers owe by days overdue", async ({ acme, made }) => {
    const report = await acme.handle.accounting.reports.receivablesAgeing({
      companyId: acme.company.id,
      asOf: "2026-03-04",
    });
    expect(report.overdueDays).toEqual([
      { from: 1, to: 30 },
      { from: 31, to: 60 },
      { from: 61, to: 90 },
      { from: 91, to: null },
    ]);
    const [one, two] = made.parties.invoice;
    const none = ["0.00", "0.00", "0.00"];
    expect(report.parties).toEqual([
      {
        customerId: one?.id,
        name: "Customer 1",
        current: "0.00",
        overdue: ["70.00", ...none],
        unallocated: "-50.00",
        total: "20.00",
      },
      {
        customerId: two?.id,
        name: "Customer 2",
        current: "0.00",
        overdue: ["66.00", ...none],
        unallocated: "-11.00",
        total: "55.00",
      },
    ]);
    expect(report.totals).toEqual({
      current: "0.00",
      overdue: ["136.00", ...none],
      unallocated: "-61.00",
      total: "75.00",
    });
  });

  it.for<[string, string, string[]]>([
    ["2026-01-20", "300.00", ["0.00", "0.00"]],
    ["2026-01-21", "0.00", ["300.00", "0.00"]],
    ["2026-01-30", "0.00", ["300.00", "0.00"]],
    ["2026-01-31", "110.00", ["0.00", "300.00"]],
    ["2026-02-05", "110.00", ["0.00", "0.00"]],
    ["2026-02-10", "66.00", ["0.00", "0.00"]],
  ])("moves between the buckets by the day: %s", async ([asOf, current, overdue], { acme }) => {
    const { totals } = await acme.handle.accounting.reports.receivablesAgeing({
      companyId: acme.company.id,
      asOf,
      buckets: [10],
    });
    expect([totals.current, totals.overdue]).toEqual([current, overdue]);
  });

  it("counts a voided document until the day before", async ({ acme }) => {
    const open = async (asOf: string) =>
      (await acme.handle.accounting.reports.receivablesAgeing({ companyId: acme.company.id, asOf })).totals;
    expect((await open("2026-03-04")).total).toBe("75.00");
    expect((await open("2026-03-05")).total).toBe("5.00");
  });

  it("shows what vendors are owed, positive", async ({ acme, made }) => {
    const report = await acme.handle.accounting.reports.payablesAgeing({
      companyId: acme.company.id,
      asOf: "2026-04-20",
      buckets: [30, 60],
    });
    expect(report.parties).toEqual([
      {
        vendorId: made.parties.bill[0]?.id,
        name: "Vendor 1",
        current: "0.00",
        overdue: ["0.00", "20.00", "0.00"],
        unallocated: "0.00",
        total: "20.00",
      },
    ]);
  });

  it("is empty before the first document", async ({ acme }) => {
    const report = await acme.handle.accounting.reports.payablesAgeing({
      companyId: acme.company.id,
      asOf: "2026-01-19",
      buckets: [30],
    });
    expect(report).toMatchObject({
      parties: [],
      totals: { current: "0.00", overdue: ["0.00", "0.00"], total: "0.00" },
    });
  });
});

describe("statements", () => {
  it("show a customer's account", async ({ acme, made }) => {
    const customerId = made.parties.invoice[0]?.id ?? "";
    const statement = await acme.handle.accounting.reports.customerStatement({
      customerId,
      from: "2026-02-05",
      to: "2026-03-05",
    });
    expect(statement.party).toEqual({ customerId, name: "Customer 1" });
    expect(statement.lines.map((l) => [l.date, l.source, l.reference, l.debit, l.credit, l.balance])).toEqual([
      ["2026-02-05", "payment", "transfer", "0.00", "350.00", "-50.00"],
      ["2026-03-01", "invoice", "INV-000004", "70.00", "0.00", "20.00"],
      ["2026-03-05", "invoice_void", "INV-000004", "0.00", "70.00", "-50.00"],
    ]);
    expect([statement.opening, statement.closing]).toEqual(["300.00", "-50.00"]);
  });

  it("show a vendor's account: what the company owes is positive", async ({ acme, made }) => {
    const vendorId = made.parties.bill[0]?.id ?? "";
    const statement = await acme.handle.accounting.reports.vendorStatement({
      vendorId,
      from: "2026-01-01",
      to: "2026-02-28",
    });
    expect(statement.lines.map((l) => [l.date, l.reference, l.debit, l.credit, l.balance])).toEqual([
      ["2026-01-20", "B-1", "0.00", "120.00", "120.00"],
      ["2026-02-28", "transfer", "100.00", "0.00", "20.00"],
    ]);
    expect([statement.opening, statement.closing]).toEqual(["0.00", "20.00"]);
  });

  it("are empty where nothing happened", async ({ acme, made }) => {
    const customerId = made.parties.invoice[1]?.id ?? "";
    const statement = await acme.handle.accounting.reports.customerStatement({
      customerId,
      from: "2026-06-01",
      to: "2026-06-30",
    });
    expect(statement).toMatchObject({ opening: "55.00", lines: [], closing: "55.00" });
  });
});

describe("what a report refuses", () => {
  it("input that cannot be meant", async ({ acme, made }) => {
    const asOf = "2026-01-01";
    const wrong: (() => Promise<unknown>)[] = [
      () => acme.handle.accounting.reports.trialBalance({ companyId: acme.company.id, asOf: "2026-02-30" }),
      () => acme.handle.accounting.reports.balanceSheet({ companyId: "acme", asOf }),
      () =>
        acme.handle.accounting.reports.profitAndLoss({
          companyId: acme.company.id,
          from: "2026-02-01",
          to: "2026-01-31",
        }),
      () => acme.handle.accounting.reports.receivablesAgeing({ companyId: acme.company.id, asOf, buckets: [60, 30] }),
      () => acme.handle.accounting.reports.payablesAgeing({ companyId: acme.company.id, asOf, buckets: [] }),
      () => acme.handle.accounting.reports.payablesAgeing({ companyId: acme.company.id, asOf, buckets: [0] }),
      () =>
        acme.handle.accounting.reports.generalLedger({
          accountId: made.accounts.bank,
          from: asOf,
          to: asOf,
          limit: 501,
        }),
      () =>
        acme.handle.accounting.reports.customerStatement({
          customerId: acme.company.id,
          from: "2026-02-01",
          to: "2026-01-31",
        }),
    ];
    for (const call of wrong) {
      expect(await rejection(call()), String(call)).toBeInstanceOf(ValidationError);
    }
  });

  it("another tenant's company, account and parties", async ({ test, acme, made }) => {
    const other = (await createTenant(test)).handle.accounting.reports;
    const days = { from: "2026-01-01", to: "2026-12-31" };
    const asOf = { companyId: acme.company.id, asOf: "2026-12-31" };
    const attempts = [
      () => other.trialBalance(asOf),
      () => other.balanceSheet(asOf),
      () => other.profitAndLoss({ companyId: acme.company.id, ...days }),
      () => other.receivablesAgeing(asOf),
      () => other.payablesAgeing(asOf),
      () => other.generalLedger({ accountId: made.accounts.bank, ...days }),
      () => other.customerStatement({ customerId: made.parties.invoice[0]?.id ?? "", ...days }),
      () => other.vendorStatement({ vendorId: made.parties.bill[0]?.id ?? "", ...days }),
    ];
    for (const attempt of attempts) expect(await rejection(attempt()), String(attempt)).toBeInstanceOf(NotFoundError);
  });
});
