import { expect, it } from "vitest";
import { entryOf, oneMonth, Transfers, threeYears } from "./transfers";

const accounts = ["a", "b", "c"];

it("moves amounts above zero between two different accounts, of which each comes up", () => {
  const transfers = new Transfers(accounts, oneMonth).take(200);
  for (const { debit, credit, amount } of transfers) {
    expect(debit).not.toBe(credit);
    expect(amount).toMatch(/^[1-9]\d{0,2}\.\d\d$/);
  }
  expect(new Set(transfers.map(({ debit }) => debit))).toEqual(new Set(accounts));
  expect(new Set(transfers.map(({ credit }) => credit))).toEqual(new Set(accounts));
});

it("stays within its days and reaches the first and the last", () => {
  const days = new Transfers(accounts, oneMonth).take(1_000).map(({ date }) => date);
  expect([...new Set(days)].sort()).toHaveLength(31);
  expect([days.toSorted()[0], days.toSorted().at(-1)]).toEqual(["2026-03-01", "2026-03-31"]);
  const late = new Transfers(accounts, threeYears).take(20_000).map(({ date }) => date);
  expect([late.toSorted()[0], late.toSorted().at(-1)]).toEqual(["2024-01-01", "2026-12-31"]);
});

it("gives the same transfers in each run", () => {
  expect(new Transfers(accounts, oneMonth).take(5)).toEqual(new Transfers(accounts, oneMonth).take(5));
});

it("needs two accounts", () => {
  expect(() => new Transfers(["a"], oneMonth)).toThrow("needs two accounts");
});

it("makes a balanced entry", () => {
  expect(entryOf("company", { debit: "a", credit: "b", amount: "1.50", date: "2026-03-01" })).toEqual({
    companyId: "company",
    date: "2026-03-01",
    lines: [
      { accountId: "a", debit: "1.50" },
      { accountId: "b", credit: "1.50" },
    ],
  });
});
