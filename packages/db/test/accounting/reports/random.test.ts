import fc from "fast-check";
import { describe, expect } from "vitest";
import { sumMoney } from "../../../src/index";
import { createTenant, type TestTenant } from "../../../src/testing";
import { holds, runSeed } from "../../kit/length";
import { pagesOf } from "../../kit/pages";
import { ownerRows } from "../../kit/sql";
import { freshBooks as it } from "../kit/books";
import { asText, expectedAgeing, expectedTotal, expectedTrialBalance, netOf } from "./expected";
import { type AccountKey, chart, decimal, type Item, MadeBooks, one, type Source } from "./made-books";
import { writeBooks } from "./rows";

const days = 150;
const dayOf = (offset: number) => new Date(firstDay + offset * 86_400_000).toISOString().slice(0, 10);

const day = fc.integer({ min: 0, max: days }).map(dayOf);
const amount = fc.bigInt({ min: 1n, max: 9_999_999n });
const side = fc.constantFrom<Source>("invoice", "bill");
const money = fc.oneof(
  fc.constant({}),
  fc.record({ currency: fc.constant("EUR"), rate: fc.bigInt({ min: 1_000n, max: 200_000_000n }) }),
);
const pick = fc.nat();
const party = fc.integer({ min: 0, max: 1 });

const seed = runSeed();

describe(`random books (seed ${seed})`, () => {
  it("are reported on any day as their lines and documents add up", async ({ test }) => {
    const property = fc.asyncProperty(
      fc.array(command, { minLength: 1, maxLength: 60, size: "max" }),
      fc.array(day, { minLength: 3, maxLength: 3 }),
      fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 7 }),
      async (commands, dates, buckets, limit) => {
        const made = new MadeBooks();
        for (const c of commands) apply(made, c);
        const of = await createTenant(test, "Random", { chart: false });
        await test.asOwner((owner) => writeBooks(owner, made, of.tenant.id, of.company.id));
        const [from = "", asOf = "", to = ""] = dates.sort();
        for (const date of [from, asOf, to])
          await checkDay(
            of,
            made,
            date,
            buckets.sort((a, b) => a - b),
          );
        const profit = await of.handle.accounting.reports.profitAndLoss({ companyId: of.company.id, from, to });
        const total = (type: string) => expectedTotal(made, type, from, to);
        expect(profit.income.total).toBe(decimal(total("income")));
        expect(profit.expense.total).toBe(decimal(total("expense")));
        expect(profit.result).toBe(decimal(total("income") - total("expense")));
        await checkRevenue(of, made, profit.income.total, from, to);
        await checkLedgers(of, made, from, to, limit);
        expect(await of.handle.accounting.integrity.violations()).toEqual([]);
      },
    );
    await holds(property, { seed, floor: 10, seconds: 1, soak: 1_000 });
  });

  it("have totals that are the sums of their lines", async ({ test }) => {
    const made = new MadeBooks();
    for (const c of fc.sample(command, 200)) apply(made, c);
    const of = await createTenant(test, "Random", { chart: false });
    await test.asOwner((owner) => writeBooks(owner, made, of.tenant.id, of.company.id));
    const [row] = await ownerRows(
      test,
      `select (select sum(base_debit) from accounting.period_totals where tenant_id = $1) as totals,
         (select sum(base_debit) from accounting.journal_lines where tenant_id = $1) as lines`,
      [of.tenant.id],
    );
    expect(row?.totals).toBe(row?.lines);
  });
});

// Some days before today and some after, as reports count today's month from its end.
const firstDay = Date.now() - 100 * 86_400_000;

const last = (...all: string[]) => all.sort().at(-1) ?? "";

const command = fc.oneof(
  fc.record({ do: fc.constant("manual" as const), day, amount, from: pick, to: pick }),
  fc.record({ do: fc.constant("reverse" as const), day, pick }),
  fc.record({
    do: fc.constant("document" as const),
    side,
    day,
    term: fc.nat(120),
    amount,
    party,
    isCredit: fc.boolean(),
    money,
  }),
  fc.record({ do: fc.constant("pay" as const), side, day, amount, party, money }),
  fc.record({ do: fc.constant("allocate" as const), side, day, from: pick, to: pick, amount, whole: fc.boolean() }),
  fc.record({
    do: fc.constant("refund" as const),
    side,
    day,
    picks: fc.array(pick, { minLength: 1, maxLength: 3 }),
    rate: money,
  }),
  fc.record({ do: fc.constant("take back" as const), day, pick }),
  fc.record({ do: fc.constant("void" as const), day, pick }),
);

type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;

const free: AccountKey[] = ["bank", "capital", "sales", "purchases", "exchange"];

/** Does what the command says, where the books allow it. */
function apply(made: MadeBooks, c: Command): void {
  const chosen = <T>(list: T[], index: number) => list[index % Math.max(list.length, 1)];
  const isSource = (item: Item) => item.kind === "payment" || item.kind === "credit_note";
  const isLeft = (item: Item) => isSource(item) && !item.voidedOn && item.settled < item.amount;
  const isRefunded = (item: Item) =>
    made.allocations.some((a) => a.from === item && a.to.kind === "refund" && !a.reversedOn);
  switch (c.do) {
    case "manual": {
      const [from, to] = [chosen(free, c.from) ?? "bank", chosen(free, c.to) ?? "sales"];
      if (from !== to)
        made.post(c.day, [
          [from, c.amount],
          [to, -c.amount],
        ]);
      return;
    }
    case "reverse": {
      const reversed = new Set(made.entries.map((entry) => entry.reverses));
      const entry = chosen(
        made.entries.filter((e) => e.source === "manual" && !reversed.has(e.id)),
        c.pick,
      );
      if (entry) made.mirror(entry, last(entry.date, c.day), "reversal");
      return;
    }
    case "document": {
      const due = new Date(Date.parse(c.day) + c.term * 86_400_000).toISOString().slice(0, 10);
      made.document(c.side, { date: c.day, due, amount: c.amount, party: c.party, isCredit: c.isCredit, ...c.money });
      return;
    }
    case "pay":
      made.pay(c.side, { date: c.day, amount: c.amount, party: c.party, ...c.money });
      return;
    case "allocate": {
      const open = made.items.filter((item) => item.side === c.side && !item.voidedOn && item.settled < item.amount);
      const from = chosen(open.filter(isSource), c.from);
      const to = chosen(
        open.filter(
          (item) =>
            !isSource(item) && item.kind !== "refund" && item.party === from?.party && item.currency === from.currency,
        ),
        c.to,
      );
      if (!from || !to) return;
      const [left, due] = [from.amount - from.settled, to.amount - to.settled];
      const most = [left, due].sort((a, b) => Number(a - b))[0] ?? 0n;
      made.allocate(from, to, c.whole || c.amount > most ? most : c.amount, last(from.date, to.date, c.day));
      return;
    }
    case "refund": {
      const first = chosen(
        made.items.filter((item) => item.side === c.side && isLeft(item)),
        c.picks[0] ?? 0,
      );
      if (!first) return;
      const alike = made.items.filter(
        (item) => isLeft(item) && item.party === first.party && item.currency === first.currency,
      );
      const sources = [...new Set(c.picks.map((index) => chosen(alike, index) ?? first))];
      // Credit that was given back has the days on which that happened behind it.
      const used = made.allocations.filter((a) => sources.includes(a.from)).map((a) => a.reversedOn ?? a.on);
      const date = last(c.day, ...sources.map((item) => item.date), ...used);
      const party = made.parties[c.side].findIndex(({ id }) => id === first.party);
      const credit = sources.map((item): [Item, bigint] => [item, item.amount - item.settled]);
      made.refund(c.side, {
        date,
        party,
        credit,
        ...(first.currency === "EUR" ? { currency: "EUR", rate: one, ...c.rate } : {}),
      });
      return;
    }
    case "take back": {
      const allocation = chosen(
        made.allocations.filter((a) => !a.reversedOn && a.to.kind !== "refund"),
        c.pick,
      );
      if (allocation) made.takeBack(allocation, last(allocation.on, c.day));
      return;
    }
    case "void": {
      const item = chosen(
        made.items.filter(
          (i) => !i.voidedOn && (i.kind === "payment" ? !isRefunded(i) : i.kind === "refund" || i.settled === 0n),
        ),
        c.pick,
      );
      // Nothing is void before what settled it was made and taken back; the functions that void refuse it too.
      const on = made.allocations.filter((a) => a.from === item || a.to === item).map((a) => a.reversedOn ?? a.on);
      if (item) made.void(item, last(item.date, c.day, ...on));
    }
  }
}

async function checkDay(of: TestTenant, made: MadeBooks, asOf: string, buckets: number[]): Promise<void> {
  const reports = of.handle.accounting.reports;
  const companyId = of.company.id;
  const trial = await reports.trialBalance({ companyId, asOf });
  const net = ({ debit, credit }: { debit: string; credit: string }) => (credit === "0.00" ? debit : `-${credit}`);
  expect(Object.fromEntries(trial.accounts.map((a) => [a.code, net(a)]))).toEqual(expectedTrialBalance(made, asOf));
  expect(trial.totals.debit).toBe(trial.totals.credit);

  const sheet = await reports.balanceSheet({ companyId, asOf });
  const total = (type: string, from = "") => expectedTotal(made, type, from, asOf);
  expect(sheet.assets.total).toBe(decimal(total("asset")));
  expect(sheet.liabilities.total).toBe(decimal(total("liability")));
  expect(sheet.equity.total).toBe(decimal(total("equity")));
  expect(sheet.result).toBe(decimal(total("income") - total("expense")));
  expect(sheet.liabilitiesAndEquity).toBe(sheet.assets.total);

  const receivables = await reports.receivablesAgeing({ companyId, asOf, buckets });
  expect(receivables.totals).toEqual(asText(expectedAgeing(made, "invoice", asOf, buckets)));
  expect(receivables.totals.total).toBe(decimal(netOf(made, "receivable", "", asOf)));
  const payables = await reports.payablesAgeing({ companyId, asOf, buckets });
  expect(payables.totals).toEqual(asText(expectedAgeing(made, "bill", asOf, buckets)));
  expect(payables.totals.total).toBe(decimal(-netOf(made, "payable", "", asOf)));

  for (const [index, { id: customerId }] of made.parties.invoice.entries()) {
    const aged = receivables.parties.find((p) => p.customerId === customerId);
    expect({
      current: "0.00",
      overdue: [...buckets, 0].map(() => "0.00"),
      unallocated: "0.00",
      total: "0.00",
      ...aged,
    }).toMatchObject(asText(expectedAgeing(made, "invoice", asOf, buckets, customerId)));
    const statement = await reports.customerStatement({
      customerId,
      from: dayOf(index * 60),
      to: last(asOf, dayOf(index * 60)),
    });
    if (asOf >= statement.from) expect(statement.closing).toBe(aged?.total ?? "0.00");
    const vendorId = made.parties.bill[index]?.id ?? "";
    const owed = await reports.vendorStatement({ vendorId, from: "0001-01-01", to: asOf });
    expect(owed.closing).toBe(payables.parties.find((p) => p.vendorId === vendorId)?.total ?? "0.00");
    expect(owed.opening).toBe("0.00");
  }
}

/** Income is what invoices earned, and what was posted to income by hand. */
async function checkRevenue(of: TestTenant, made: MadeBooks, income: string, from: string, to: string): Promise<void> {
  const days = { companyId: of.company.id, from, to };
  const { invoices } = of.handle.accounting;
  const byHand = made.lines.filter(
    ({ account, date, entry }) =>
      chart[account][1] === "income" && date >= from && date <= to && ["manual", "reversal"].includes(entry.source),
  );
  const other = decimal(-byHand.reduce((total, line) => total + line.base, 0n));
  for (const rows of [await invoices.revenueByCountry(days), await invoices.largestCustomers(100, days)]) {
    expect(sumMoney([other, ...rows.map(({ revenue }) => revenue)])).toBe(sumMoney([income]));
  }
}

async function checkLedgers(of: TestTenant, made: MadeBooks, from: string, to: string, limit: number): Promise<void> {
  for (const key of Object.keys(chart) as AccountKey[]) {
    const ledger = (page: { limit?: number; cursor?: string | undefined }) =>
      of.handle.accounting.reports.generalLedger({ accountId: made.accounts[key], from, to, ...page });
    const lines = made.lines
      .filter((line) => line.account === key && line.date >= from && line.date <= to)
      .sort((a, b) => (a.date === b.date ? a.version - b.version : a.date < b.date ? -1 : 1));
    let balance = netOf(made, key, "", to) - netOf(made, key, from, to);
    expect((await ledger({})).opening).toBe(decimal(balance));
    const expected = lines.map((line) => {
      balance += line.base;
      return [line.entry.id, line.date, decimal(balance)];
    });
    const items = (await pagesOf(ledger, limit)).flat();
    expect(items.map((item) => [item.entryId, item.date, item.balance])).toEqual(expected);
    expect(items.at(-1)?.balance ?? decimal(balance)).toBe(decimal(netOf(made, key, "", to)));
  }
}
