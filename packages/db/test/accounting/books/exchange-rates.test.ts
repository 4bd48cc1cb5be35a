import { describe, expect } from "vitest";
import { ForeignKeyViolationError, ValidationError } from "../../../src/index";
import type { TestTenant } from "../../../src/testing";
import { rejection } from "../../kit/outcomes";
import { pagesOf } from "../../kit/pages";
import { bySql } from "../../kit/sql";
import { freshBooks as it } from "../kit/books";

describe("an exchange rate", () => {
  it("holds from its day until the next one", async ({ acme }) => {
    await set(acme, "2026-01-10", "1.1");
    await set(acme, "2026-02-01", "1.2");
    await set(acme, "2026-01-20", "0.26400001", "PEN");
    expect(await rateOn(acme, "2026-01-09")).toBeUndefined();
    expect(await rateOn(acme, "2026-01-10")).toBe("1.1");
    expect(await rateOn(acme, "2026-01-31")).toBe("1.1");
    expect(await rateOn(acme, "2026-02-01")).toBe("1.2");
    expect(await rateOn(acme, "2030-01-01")).toBe("1.2");
    expect(await rateOn(acme, "2026-01-20", "PEN")).toBe("0.26400001");
    expect(await rateOn(acme, "2026-01-20", "GBP")).toBeUndefined();
  });

  it("is 1 for the base currency, whatever was set", async ({ acme }) => {
    await set(acme, "2026-01-01", "5", "USD");
    expect(await rateOn(acme, "2025-01-01", "USD")).toBe("1");
    expect(await rateOn(acme, "2026-06-01", "USD")).toBe("1");
  });

  it("is replaced on the same day, which the trail tells", async ({ acme }) => {
    const first = await set(acme, "2026-01-10", "1.1");
    const second = await set(acme, "2026-01-10", "1.15");
    expect(second).toEqual({ ...first, rate: "1.15", updatedAt: second.updatedAt });
    const [line, ...rest] = await acme.handle.tenancy.audit.listOfTarget("accounting.exchange_rates", first.id);
    expect(line).toMatchObject({ action: "update", rowBefore: { rate: 1.1 }, rowAfter: { rate: 1.15 } });
    expect(rest).toEqual([]);
  });

  it("is set once by callers that meet", async ({ acme }) => {
    await Promise.all(["1.1", "1.2", "1.3", "1.4"].map((rate) => set(acme, "2026-01-10", rate)));
    expect((await acme.handle.accounting.exchangeRates.list({ companyId: acme.company.id })).items).toHaveLength(1);
  });

  it("is listed latest first, of one currency or all", async ({ acme }) => {
    for (const [date, currency] of [
      ["2026-01-03", "EUR"],
      ["2026-01-01", "EUR"],
      ["2026-01-02", "EUR"],
      ["2026-01-02", "PEN"],
    ] as const) {
      await set(acme, date, "2", currency);
    }
    const pages = await pagesOf(
      (request) => acme.handle.accounting.exchangeRates.list({ companyId: acme.company.id, ...request }),
      2,
    );
    expect(pages.map((page) => page.length)).toEqual([2, 2]);
    expect(pages.flat().map(({ rateDate }) => rateDate)).toEqual([
      "2026-01-03",
      "2026-01-02",
      "2026-01-02",
      "2026-01-01",
    ]);
    const euros = await pagesOf(
      (request) =>
        acme.handle.accounting.exchangeRates.list({ companyId: acme.company.id, currency: "EUR", ...request }),
      2,
    );
    expect(euros.flat().map(({ rateDate }) => rateDate)).toEqual(["2026-01-03", "2026-01-02", "2026-01-01"]);
  });

  it("belongs to its company, and to no other tenant", async ({ acme, other }) => {
    const second = await acme.handle.tenancy.companies.create({ name: "Second" });
    await set(acme, "2026-01-01", "1.1");
    await set(acme, "2026-01-01", "9", "EUR", second.id);
    expect(await rateOn(acme, "2026-01-01")).toBe("1.1");
    expect(await rateOn(acme, "2026-01-01", "EUR", second.id)).toBe("9");
    expect(await other.handle.accounting.exchangeRates.rateOn(acme.company.id, "EUR", "2026-01-01")).toBeUndefined();
    expect(await rejection(set(acme, "2026-01-01", "1", "EUR", other.company.id))).toBeInstanceOf(
      ForeignKeyViolationError,
    );
  });

  it("is refused with the field's name when it does not fit, and by the database when raw SQL sets it", async ({
    test,
    acme,
  }) => {
    for (const [path, wrong] of [
      ["rate", { rate: "0" }],
      ["rate", { rate: "0.00" }],
      ["rate", { rate: "-1" }],
      ["rate", { rate: `1.${"1".repeat(25)}` }],
      ["rate", { rate: "NaN" }],
      ["currency", { currency: "EURO" }],
      ["rateDate", { rateDate: "2026-02-30" }],
    ] as const) {
      const right = { companyId: acme.company.id, currency: "EUR", rateDate: "2026-01-01", rate: "1" };
      const error = await rejection(acme.handle.accounting.exchangeRates.set(Object.assign(right, wrong)));
      expect(error).toBeInstanceOf(ValidationError);
      expect((error as ValidationError).issues[0]?.path).toBe(path);
    }
    for (const rate of ["0", "-1", "NaN"]) {
      const insert = `insert into accounting.exchange_rates (company_id, currency, rate_date, rate)
        values ($1, 'EUR', '2026-01-01', $2)`;
      expect(await bySql(test, acme, [insert, [acme.company.id, rate]]), rate).toBe("23514");
    }
    for (const wrong of ["EURO", "usd"])
      expect(await rejection(rateOn(acme, "2026-01-01", wrong))).toBeInstanceOf(ValidationError);
  });
});

const set = (acme: TestTenant, rateDate: string, rate: string, currency = "EUR", companyId = acme.company.id) =>
  acme.handle.accounting.exchangeRates.set({ companyId, currency, rateDate, rate });

const rateOn = (acme: TestTenant, date: string, currency = "EUR", companyId = acme.company.id) =>
  acme.handle.accounting.exchangeRates.rateOn(companyId, currency, date);
