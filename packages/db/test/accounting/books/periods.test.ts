import { describe, expect } from "vitest";
import type { FiscalPeriod } from "../../../src/accounting";
import { ConflictError, InvariantError, NotFoundError, newId, ValidationError } from "../../../src/index";
import { createTenant, type TestTenant } from "../../../src/testing";
import { oneAfterTheOther, withOldSnapshot } from "../../kit/locks";
import { rejection, sortOut } from "../../kit/outcomes";
import { pagesOf } from "../../kit/pages";
import { bySql, ownerRows } from "../../kit/sql";
import { freshBooks as it } from "../kit/books";
import { booksOf, postBySql, transfer } from "../kit/journal";

describe("a fiscal year", () => {
  it("is twelve months without gaps", async ({ acme }) => {
    const periods = await year(acme);
    expect(periods.map(({ name, startsOn, endsOn }) => [name, startsOn, endsOn])).toEqual(
      [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].map((days, month) => {
        const name = `2026-${String(month + 1).padStart(2, "0")}`;
        return [name, `${name}-01`, `${name}-${days}`];
      }),
    );
    expect(periods.every(({ status, closedAt, closedBy }) => status === "open" && !closedAt && !closedBy)).toBe(true);
    const pages = await pagesOf(
      (request) => acme.handle.accounting.periods.list({ companyId: acme.company.id, ...request }),
      5,
    );
    expect(pages.flat()).toEqual(periods);
    expect(await acme.handle.accounting.periods.getById(periods[3]?.id ?? "")).toEqual(periods[3]);
  });

  it("may begin on any day, also one that not every month has", async ({ acme }) => {
    const periods = await year(acme, "2025-11-30", 5);
    expect(periods.map(({ startsOn, endsOn }) => `${startsOn} ${endsOn}`)).toEqual([
      "2025-11-30 2025-12-29",
      "2025-12-30 2026-01-29",
      "2026-01-30 2026-02-27",
      "2026-02-28 2026-03-29",
      "2026-03-30 2026-04-29",
    ]);
    expect((await year(acme, "2026-04-30", 1))[0]?.endsOn).toBe("2026-05-29");
  });

  it("follows the last period, with no gap and no overlap", async ({ acme }) => {
    await year(acme);
    for (const startsOn of ["2027-01-02", "2026-12-31", "2025-01-01", "2026-01-01"]) {
      expect(await rejection(year(acme, startsOn)), startsOn).toBeInstanceOf(InvariantError);
    }
    expect(await year(acme, "2027-01-01")).toHaveLength(12);
    const name = "Long";
    const period = await acme.handle.accounting.periods.create({
      companyId: acme.company.id,
      name,
      startsOn: "2028-01-01",
      endsOn: "2029-06-30",
    });
    expect(period).toMatchObject({ name, startsOn: "2028-01-01", endsOn: "2029-06-30", status: "open" });
  });

  it("needs books, and a company of the tenant", async ({ test, acme, other }) => {
    const bare = await createTenant(test, "Bare", { chart: false });
    const none = bare.handle.accounting.periods.createYear({ companyId: bare.company.id, startsOn: "2026-01-01" });
    const error = await rejection(none);
    expect(error).toBeInstanceOf(ConflictError);
    expect(String(error)).toContain("accounts.createStandardChart");
    const theirs = acme.handle.accounting.periods.createYear({ companyId: other.company.id, startsOn: "2026-01-01" });
    expect(await rejection(theirs)).toBeInstanceOf(ConflictError);
    expect((await acme.handle.accounting.periods.list({ companyId: other.company.id })).items).toEqual([]);
  });

  it("is refused with the field's name when it does not fit", async ({ acme }) => {
    for (const [path, wrong] of [
      ["startsOn", { startsOn: "2026-02-30" }],
      ["months", { months: 0 }],
      ["months", { months: 1.5 }],
      ["companyId", { companyId: "x" }],
    ] as const) {
      const right = { companyId: acme.company.id, startsOn: "2026-01-01" };
      const error = await rejection(acme.handle.accounting.periods.createYear(Object.assign(right, wrong)));
      expect((error as ValidationError).issues[0]?.path).toBe(path);
    }
    const backwards = { companyId: acme.company.id, name: "P", startsOn: "2026-01-02", endsOn: "2026-01-01" };
    expect(await rejection(acme.handle.accounting.periods.create(backwards))).toBeInstanceOf(ValidationError);
  });
});

describe("a period in raw SQL", () => {
  it("begins the day after the last one, open, and keeps its days", async ({ test, acme }) => {
    expect(await bySql(test, acme, insert(acme, "2026-01-01", "2026-01-31"))).toBe("done");
    expect(await bySql(test, acme, insert(acme, "2026-02-02", "2026-02-28"))).toBe("ZT002");
    expect(await bySql(test, acme, insert(acme, "2026-01-31", "2026-02-28"))).toBe("ZT002");
    expect(await bySql(test, acme, insert(acme, "2026-02-01", "2026-01-31"))).toBe("23514");
    expect(await bySql(test, acme, insert(acme, "2026-02-01", "2026-02-28", ["status", "closed"]))).toBe("ZT003");
    expect(await bySql(test, acme, insert(acme, "2026-02-01", "2026-02-28", ["closed_by", newId()]))).toBe("ZT003");
    for (const change of [
      "starts_on = '2025-12-01'",
      "ends_on = '2026-02-01'",
      "closed_by = gen_random_uuid()",
      "closed_at = now()",
    ]) {
      expect(await bySql(test, acme, [`update accounting.fiscal_periods set ${change}`]), change).toBe("ZT003");
    }
    expect(await bySql(test, acme, ["delete from accounting.fiscal_periods"])).toBe("42501");
    expect(await bySql(test, acme, ["update accounting.fiscal_periods set name = 'January'"])).toBe("done");
  });

  it("begins once when two begin at the same time, wherever the first ones would be", async ({ test, acme }) => {
    const [january, july] = [insert(acme, "2026-01-01", "2026-01-31"), insert(acme, "2026-07-01", "2026-07-31")];
    expect(await oneAfterTheOther(test, acme, january, july)).toEqual(["done", "ZT002"]);
    const second = await createTenant(test, "Second");
    const theirs = ([text, values]: [string, unknown[]]): [string, unknown[]] => [
      text,
      [second.company.id, ...values.slice(1)],
    ];
    expect(await withOldSnapshot(test, second, theirs(january), theirs(july))).toBe("40001");
  });
});

describe("closing", () => {
  it("goes from the first period on, and moves the books with it", async ({ acme }) => {
    const [january, february, march] = await year(acme);
    const closed = await acme.handle.accounting.periods.close(january?.id ?? "");
    expect(closed).toMatchObject({ status: "closed", closedBy: acme.admin.id });
    expect(closed.closedAt).toBeInstanceOf(Date);
    expect(await closedThrough(acme)).toBe("2026-01-31");
    expect(await rejection(acme.handle.accounting.periods.close(march?.id ?? ""))).toBeInstanceOf(ConflictError);
    expect(await rejection(acme.handle.accounting.periods.close(january?.id ?? ""))).toBeInstanceOf(ConflictError);
    await acme.handle.accounting.periods.close(february?.id ?? "");
    expect(await closedThrough(acme)).toBe("2026-02-28");
    expect(await acme.handle.accounting.periods.getById(january?.id ?? "")).toEqual(closed);
  });

  it("by raw SQL does the same, one or many in one statement, in any order of their rows", async ({ test, acme }) => {
    const periods = await year(acme);
    expect(await bySql(test, acme, setStatus("closed", periods[1]))).toBe("ZT003");
    expect(await bySql(test, acme, setStatus("closed", periods[2], periods[0]))).toBe("ZT003");
    expect(await closedThrough(acme)).toBeNull();
    expect(await bySql(test, acme, setStatus("closed", ...periods.slice(0, 4).reverse()))).toBe("done");
    expect(await closedThrough(acme)).toBe("2026-04-30");
    const [first] = await ownerRows(test, "select closed_at, closed_by from accounting.fiscal_periods where id = $1", [
      periods[0]?.id,
    ]);
    expect(first).toMatchObject({ closed_at: expect.any(Date), closed_by: null });
  });

  it("keeps postings out of the closed days and lets them in behind", async ({ acme }) => {
    const [january] = await year(acme);
    const own = await booksOf(acme);
    const post = (date: string) =>
      acme.handle.accounting.journal.post(transfer(acme, [own.bankAccountId, own.salesAccountId], "5.00", { date }));
    await post("2026-01-31");
    await acme.handle.accounting.periods.close(january?.id ?? "");
    expect(await rejection(post("2026-01-31"))).toBeInstanceOf(ConflictError);
    expect(await rejection(post("2025-06-01"))).toBeInstanceOf(ConflictError);
    await post("2026-02-01");
  });

  it("waits for postings under way, and a posting waits for it", async ({ test, acme }) => {
    const [january] = await year(acme);
    const own = await booksOf(acme);
    const lines = [
      [own.bankAccountId, "1.00", "0"],
      [own.salesAccountId, "0", "1.00"],
    ] as const;
    const posting = () => postBySql(acme, lines, { date: "2026-01-15" });
    const close = setStatus("closed", january);
    expect(await oneAfterTheOther(test, acme, posting(), close)).toEqual(["done", "done"]);
    const reopened = await acme.handle.accounting.periods.reopen(january?.id ?? "", { reason: "One more" });
    expect(reopened.status).toBe("open");
    expect(await oneAfterTheOther(test, acme, close, posting())).toEqual(["done", "ZT003"]);
    await acme.handle.accounting.periods.reopen(january?.id ?? "", { reason: "And another" });
    expect(await withOldSnapshot(test, acme, close, posting())).toBe("40001");
  });

  it("of two periods at once leaves no gap, and of one period twice closes it once", async ({ test, acme }) => {
    const [january, february] = await year(acme);
    const close = (period: FiscalPeriod | undefined) => acme.handle.accounting.periods.close(period?.id ?? "");
    const twice = sortOut(await Promise.allSettled([close(january), close(january)]));
    expect([twice.values.length, twice.errors[0]]).toEqual([1, expect.any(ConflictError)]);
    const [march, april] = (await acme.handle.accounting.periods.list({ companyId: acme.company.id })).items.slice(2);
    const both = await oneAfterTheOther(test, acme, setStatus("closed", february), setStatus("closed", march));
    expect(both).toEqual(["done", "done"]);
    expect(await withOldSnapshot(test, acme, setStatus("open", march), setStatus("closed", april))).toBe("40001");
    expect(await statusOfAll(acme)).toBe("ccoooooooooo");
    expect(await closedThrough(acme)).toBe("2026-02-28");
  });

  it("is missing in the same words for another tenant's period and nobody's", async ({ acme, other }) => {
    const [theirs] = await other.handle.accounting.periods.createYear({
      companyId: other.company.id,
      startsOn: "2026-01-01",
    });
    for (const change of [
      (id: string) => acme.handle.accounting.periods.getById(id),
      (id: string) => acme.handle.accounting.periods.close(id),
      (id: string) => acme.handle.accounting.periods.reopen(id, { reason: "Mine" }),
    ]) {
      const [foreign, none] = [await rejection(change(theirs?.id ?? "")), await rejection(change(newId()))];
      expect(foreign).toBeInstanceOf(NotFoundError);
      expect(String(foreign)).toBe(String(none));
    }
  });
});

describe("reopening", () => {
  const afterTwoMonths = it.extend("periods", async ({ acme }) => {
    const periods = await year(acme);
    for (const period of periods.slice(0, 2)) await acme.handle.accounting.periods.close(period.id);
    return periods;
  });

  afterTwoMonths(
    "opens the last closed period alone, and takes the books back to the one before",
    async ({ acme, periods }) => {
      const [january, february, march] = periods;
      const first = acme.handle.accounting.periods.reopen(january?.id ?? "", { reason: "Too early" });
      expect(await rejection(first)).toBeInstanceOf(ConflictError);
      const open = acme.handle.accounting.periods.reopen(march?.id ?? "", { reason: "Open already" });
      expect(await rejection(open)).toBeInstanceOf(ConflictError);
      const reopened = await acme.handle.accounting.periods.reopen(february?.id ?? "", { reason: "A late bill" });
      expect(reopened).toEqual({
        ...february,
        status: "open",
        closedAt: null,
        closedBy: null,
        updatedAt: reopened.updatedAt,
      });
      expect(await closedThrough(acme)).toBe("2026-01-31");
      await acme.handle.accounting.periods.reopen(january?.id ?? "", { reason: "Another" });
      expect(await closedThrough(acme)).toBeNull();
      expect(await statusOfAll(acme)).toBe("oooooooooooo");
    },
  );

  afterTwoMonths("tells the trail who, and why; what failed leaves no line", async ({ acme, periods }) => {
    const [january, february] = periods;
    await rejection(acme.handle.accounting.periods.reopen(january?.id ?? "", { reason: "Refused" }));
    await acme.handle.accounting.periods.reopen(february?.id ?? "", { reason: "A late bill" });
    const trail = async (id = "") => acme.handle.tenancy.audit.listOfTarget("accounting.fiscal_periods", id);
    const lines = await trail(february?.id);
    expect(lines.map(({ action }) => action).sort()).toEqual(["insert", "reopen_period", "update", "update"]);
    const named = lines.find(({ action }) => action === "reopen_period");
    expect(named).toMatchObject({ actorUserId: acme.admin.id, details: { reason: "A late bill" } });
    expect((await trail(january?.id)).map(({ action }) => action).sort()).toEqual(["insert", "update"]);
    const blank = acme.handle.accounting.periods.reopen(january?.id ?? "", { reason: " " });
    expect(await rejection(blank)).toBeInstanceOf(ValidationError);
  });

  afterTwoMonths("by raw SQL is audited as well, and closes no gap", async ({ test, acme, periods }) => {
    const [january, february] = periods;
    expect(await bySql(test, acme, setStatus("open", january))).toBe("ZT003");
    expect(await bySql(test, acme, setStatus("open", january, february))).toBe("done");
    expect(await closedThrough(acme)).toBeNull();
    const lines = await acme.handle.tenancy.audit.listOfTarget("accounting.fiscal_periods", january?.id ?? "");
    expect(lines.filter(({ action }) => action === "update")).toHaveLength(2);
    // The books' own trail is for what people change in them.
    const own = await booksOf(acme);
    expect(await acme.handle.tenancy.audit.listOfTarget("accounting.books", own.id)).toEqual([]);
  });
});

const year = (acme: TestTenant, startsOn = "2026-01-01", months?: number) =>
  acme.handle.accounting.periods.createYear({ companyId: acme.company.id, startsOn, ...(months && { months }) });

const closedThrough = async (acme: TestTenant) => (await booksOf(acme)).closedThrough;

const setStatus = (status: string, ...periods: (FiscalPeriod | undefined)[]): [string, unknown[]] => [
  "update accounting.fiscal_periods set status = $1 where id = any ($2)",
  [status, periods.map((period) => period?.id)],
];

const insert = (
  acme: TestTenant,
  startsOn: string,
  endsOn: string,
  rest: [column: string, value: string] = ["name", "P"],
) => {
  const [column, value] = rest;
  const name = column === "name" ? "" : ", name";
  return [
    `insert into accounting.fiscal_periods (company_id, starts_on, ends_on, ${column}${name})
     values ($1, $2, $3, $4${name && ", 'P'"})`,
    [acme.company.id, startsOn, endsOn, value],
  ] as [string, unknown[]];
};

const statusOfAll = async (acme: TestTenant) =>
  (await acme.handle.accounting.periods.list({ companyId: acme.company.id, limit: 100 })).items
    .map(({ status }) => status[0])
    .join("");
