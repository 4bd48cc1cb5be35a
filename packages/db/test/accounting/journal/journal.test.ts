import { describe, expect } from "vitest";
import type { Books } from "../../../src/accounting";
import type { NewJournalEntry } from "../../../src/accounting/journal";
import type { JournalEntry } from "../../../src/accounting/journal-entry";
import { newId, ValidationError } from "../../../src/index";
import { createTenant, type TestDatabase, type TestTenant } from "../../../src/testing";
import { lengthOf } from "../../kit/length";
import { rejection, sortOut } from "../../kit/outcomes";
import { bySql, ownerRows } from "../../kit/sql";
import { sharedBooks as it } from "../kit/books";
import { booksOf, postBySql, transfer } from "../kit/journal";

describe("posting", () => {
  it("returns what is stored", async ({ acme, books }) => {
    const lines = [
      { accountId: books.bankAccountId, debit: "30", description: "From the till" },
      { accountId: books.salesAccountId, credit: "10.5" },
      { accountId: books.salesAccountId, credit: "19.50" },
    ];
    const posted = await acme.handle.accounting.journal.post({
      companyId: acme.company.id,
      date: "2026-02-28",
      description: "Sales of the day",
      reference: "Z-17",
      lines,
    });
    expect(posted).toMatchObject({
      entryDate: "2026-02-28",
      source: "manual",
      reference: "Z-17",
      postedBy: acme.admin.id,
    });
    expect(posted.lines.map((l) => [l.lineNumber, l.currency, l.debit, l.credit, l.baseDebit, l.baseCredit])).toEqual([
      [1, "USD", "30.00", "0.00", "30.00", "0.00"],
      [2, "USD", "0.00", "10.50", "0.00", "10.50"],
      [3, "USD", "0.00", "19.50", "0.00", "19.50"],
    ]);
    expect(await acme.handle.accounting.journal.getById(posted.id)).toEqual(posted);
  });

  it("names nobody in a scope without a user", async ({ test, acme, pair }) => {
    const handle = test.db.forTenant({ tenantId: acme.tenant.id });
    const posted = await handle.accounting.journal.post(transfer(acme, pair));
    expect(posted.postedBy).toBeNull();
    expect(await acme.handle.accounting.journal.getById(posted.id)).toEqual(posted);
  });

  it("is part of the transaction it is called in", async ({ acme, pair }) => {
    const gone: JournalEntry[] = [];
    await rejection(
      acme.handle.transaction(async (tx) => {
        gone.push(await tx.accounting.journal.post(transfer(acme, pair)));
        expect(await tx.accounting.journal.findById(gone[0]?.id ?? "")).toEqual(gone[0]);
        throw new Error("changed my mind");
      }),
    );
    expect(await acme.handle.accounting.journal.findById(gone[0]?.id ?? "")).toBeUndefined();
  });

  it("converts lines of another currency, and gives the cents of rounding a line of their own", async ({
    acme,
    books,
    pair,
  }) => {
    const [bank, sales] = pair;
    const lines = [
      { accountId: bank, debit: "100", currency: "EUR", rate: "1.0835" },
      { accountId: sales, credit: "33.33", currency: "EUR", rate: "1.0835" },
      { accountId: sales, credit: "33.33", currency: "EUR", rate: "1.0835" },
      { accountId: sales, credit: "33.34", currency: "EUR", rate: "1.0835" },
    ];
    const posted = await acme.handle.accounting.journal.post({ companyId: acme.company.id, date: "2026-03-01", lines });
    expect(
      posted.lines.map((l) => [l.currency, l.debit, l.credit, l.baseDebit, l.baseCredit, l.isExchangeDifference]),
    ).toEqual([
      ["EUR", "100.00", "0.00", "108.35", "0.00", false],
      ["EUR", "0.00", "33.33", "0.00", "36.11", false],
      ["EUR", "0.00", "33.33", "0.00", "36.11", false],
      ["EUR", "0.00", "33.34", "0.00", "36.12", false],
      ["USD", "0.00", "0.01", "0.00", "0.01", true],
    ]);
    expect(posted.lines[4]?.accountId).toBe(books.exchangeAccountId);
    expect(await acme.handle.accounting.journal.getById(posted.id)).toEqual(posted);
  });

  it("knows the decimals of a currency", async ({ test, acme, pair }) => {
    const inYen = (amount: string) => ({ currency: "JPY", rate: "0.0067", amount });
    const entry = ({ currency, rate, amount }: ReturnType<typeof inYen>) => ({
      companyId: acme.company.id,
      date: "2026-03-01",
      lines: [
        { accountId: pair[0], debit: amount, currency, rate },
        { accountId: pair[1], credit: amount, currency, rate },
      ],
    });
    const yen = await acme.handle.accounting.journal.post(entry(inYen("1500")));
    expect(yen.lines.map((l) => [l.debit, l.baseDebit])).toEqual([
      ["1500", "10.05"],
      ["0", "0.00"],
    ]);
    expect(await refused(test, acme, () => acme.handle.accounting.journal.post(entry(inYen("1500.5"))))).toMatchObject({
      code: "VALIDATION_FAILED",
    });
    const dinar = await acme.handle.accounting.journal.post(entry({ currency: "KWD", rate: "3.25", amount: "1.005" }));
    expect(dinar.lines[0]).toMatchObject({ debit: "1.005", baseDebit: "3.27" });
    expect(
      await bySql(
        test,
        acme,
        postBySql(acme, [
          [pair[0], "1.5", "0", "JPY", "1"],
          [pair[1], "0", "1.5", "JPY", "1"],
        ]),
      ),
    ).toBe("ZT002");
  });

  it.for([
    ["rate", "0"],
    ["rate", "0.00"],
    ["rate", "-1.5"],
    ["rate", "NaN"],
    ["rate", "1e3"],
    ["rate", ""],
    ["baseAmount", "-0.01"],
    ["baseAmount", "-0"],
    ["baseAmount", "NaN"],
    ["baseAmount", "Infinity"],
  ] as const)("is refused with a %s of %s, which the error names", async ([field, value], { acme, pair }) => {
    const lines = [
      { accountId: pair[0], debit: "10", currency: "EUR", [field]: value },
      { accountId: pair[1], credit: "10", currency: "EUR", rate: "1" },
    ];
    const error = await rejection(
      acme.handle.accounting.journal.post({ companyId: acme.company.id, date: "2026-03-01", lines }),
    );
    expect(error).toBeInstanceOf(ValidationError);
    expect((error as ValidationError).issues.map(({ path }) => path)).toContain(`lines.0.${field}`);
  });

  it("needs a rate for another currency", async ({ test, acme, pair }) => {
    const lines = transfer(acme, pair).lines.map((line) => ({ ...line, currency: "CHF" }));
    expect(
      await refused(test, acme, () =>
        acme.handle.accounting.journal.post({ companyId: acme.company.id, date: "2026-03-01", lines }),
      ),
    ).toMatchObject({
      code: "INVARIANT_VIOLATED",
      message: expect.stringContaining("exchange rate"),
    });
  });
});

describe("what is wrong is refused", () => {
  const valid = (acme: TestTenant, pair: readonly [string, string]) => transfer(acme, pair).lines;
  const cases: [string, (given: Given) => Partial<NewJournalEntry>, string][] = [
    ["a single line", ({ pair }) => ({ lines: [{ accountId: pair[0], debit: "1" }] }), "VALIDATION_FAILED"],
    ["no line", () => ({ lines: [] }), "VALIDATION_FAILED"],
    [
      "unequal sides",
      ({ pair }) => ({
        lines: [
          { accountId: pair[0], debit: "1" },
          { accountId: pair[1], credit: "2" },
        ],
      }),
      "VALIDATION_FAILED",
    ],
    [
      "unequal sides of a currency that are equal together",
      ({ pair }) => ({
        lines: [
          { accountId: pair[0], debit: "1", currency: "EUR", rate: "1" },
          { accountId: pair[1], credit: "1", currency: "USD" },
        ],
      }),
      "VALIDATION_FAILED",
    ],
    [
      "a line with both sides",
      ({ acme, pair }) => ({ lines: [{ accountId: pair[0], debit: "1", credit: "1" }, ...valid(acme, pair)] }),
      "VALIDATION_FAILED",
    ],
    [
      "a line with no side",
      ({ acme, pair }) => ({ lines: [{ accountId: pair[0] }, ...valid(acme, pair)] }),
      "VALIDATION_FAILED",
    ],
    [
      "an amount of zero",
      ({ pair }) => ({
        lines: [
          { accountId: pair[0], debit: "0" },
          { accountId: pair[1], credit: "0.00" },
        ],
      }),
      "VALIDATION_FAILED",
    ],
    [
      "a negative amount",
      ({ pair }) => ({
        lines: [
          { accountId: pair[0], debit: "-1" },
          { accountId: pair[1], credit: "-1" },
        ],
      }),
      "VALIDATION_FAILED",
    ],
    [
      "NaN",
      ({ pair }) => ({
        lines: [
          { accountId: pair[0], debit: "NaN" },
          { accountId: pair[1], credit: "NaN" },
        ],
      }),
      "VALIDATION_FAILED",
    ],
    [
      "too many decimals",
      ({ pair }) => ({
        lines: [
          { accountId: pair[0], debit: "1.005" },
          { accountId: pair[1], credit: "1.005" },
        ],
      }),
      "INVARIANT_VIOLATED",
    ],
    ["a date that does not exist", () => ({ date: "2026-02-30" }), "VALIDATION_FAILED"],
    [
      "an unknown account",
      ({ acme, pair }) => ({ lines: [...valid(acme, pair).slice(1), { accountId: newId(), debit: "10" }] }),
      "INVARIANT_VIOLATED",
    ],
    [
      "the receivable account",
      ({ acme, books, pair }) => ({
        lines: [...valid(acme, pair).slice(1), { accountId: books.receivableAccountId, debit: "10" }],
      }),
      "CONFLICT",
    ],
    [
      "the payable account",
      ({ acme, books, pair }) => ({
        lines: [...valid(acme, pair).slice(1), { accountId: books.payableAccountId, debit: "10" }],
      }),
      "CONFLICT",
    ],
    ["an unknown field", () => ({ amount: "10" }) as never, "VALIDATION_FAILED"],
  ];
  it.for(cases)("%s", async ([_what, rest, code], { test, acme, books, pair }) => {
    const wrong = rest({ acme, books, pair });
    expect(await refused(test, acme, () => post(acme, pair, wrong))).toMatchObject({ code });
    expect(
      await refused(test, acme, () =>
        acme.handle.accounting.journal.postMany([transfer(acme, pair), transfer(acme, pair, "1", wrong)]),
      ),
    ).toMatchObject({ code });
  });

  it("an account of another tenant", async ({ test, acme, other, pair }) => {
    const theirs = await booksOf(other);
    expect(
      await refused(test, acme, () =>
        post(acme, pair, { lines: transfer(acme, [theirs.bankAccountId, pair[1]]).lines }),
      ),
    ).toMatchObject({
      code: "INVARIANT_VIOLATED",
    });
    expect(
      await refused(test, acme, () =>
        acme.handle.accounting.journal.post(transfer(other, [theirs.bankAccountId, theirs.salesAccountId])),
      ),
    ).toMatchObject({
      code: "CONFLICT",
    });
  });

  it("by raw SQL as well", async ({ test, acme, books, pair }) => {
    const [bank, sales] = pair;
    const attempts: Parameters<typeof postBySql>[1][] = [
      [[bank, "1", "0"]],
      [],
      [
        [bank, "1", "0"],
        [sales, "0", "2"],
      ],
      [
        [bank, "1", "0", "EUR", "1"],
        [sales, "0", "1", "USD", "1"],
      ],
      [
        [bank, "1", "1"],
        [sales, "0", "0"],
      ],
      [
        [bank, "0", "0"],
        [sales, "0", "0"],
      ],
      [
        [bank, "-1", "0"],
        [sales, "0", "-1"],
      ],
      [
        [bank, "NaN", "0"],
        [sales, "0", "NaN"],
      ],
      [
        [bank, "Infinity", "0"],
        [sales, "0", "Infinity"],
      ],
      [
        [bank, "1.00001", "0"],
        [sales, "0", "1.00001"],
      ],
      [
        [bank, "1", "0", "USD", "5"],
        [sales, "0", "1", "USD", "5"],
      ],
      [
        [bank, "1", "0", "EUR", "1.08"],
        [sales, "0", "1", "EUR", "2.08"],
      ],
      [
        [books.receivableAccountId, "1", "0"],
        [sales, "0", "1"],
      ],
    ];
    const outcomes: string[] = [];
    for (const lines of attempts) {
      const before = await entriesOfAcme(test, acme);
      outcomes.push(await bySql(test, acme, postBySql(acme, lines)));
      expect(await entriesOfAcme(test, acme)).toEqual(before);
    }
    expect(outcomes.join(" ")).toMatch(/^((ZT00[23]|23514|22003) ?)+$/);
    expect(outcomes).toHaveLength(attempts.length);
    expect(
      await bySql(
        test,
        acme,
        postBySql(acme, [
          [bank, "1", "0"],
          [sales, "0", "1"],
        ]),
      ),
    ).toBe("done");
  });

  it("any other way to write the ledger", async ({ test, acme, pair }) => {
    const posted = await post(acme, pair);
    const statements = [
      "update accounting.journal_entries set entry_date = '2020-01-01'",
      "delete from accounting.journal_entries",
      "update accounting.journal_lines set debit = debit + 1",
      "delete from accounting.journal_lines",
      "truncate accounting.journal_lines",
      "update accounting.account_balances set balance = 0",
      "update accounting.period_totals set debit = 0",
      "delete from accounting.period_totals",
      `insert into accounting.journal_entries (company_id, entry_date) values ('${acme.company.id}', '2026-01-01')`,
      `insert into accounting.journal_lines (company_id, entry_id, line_number, account_id, entry_date, currency, debit, account_version, balance_after)
         select company_id, entry_id, 9, account_id, entry_date, currency, 1, 999999, 0 from accounting.journal_lines limit 1`,
      `select accounting.write_entries(${Array(22).fill("null").join(", ")})`,
      `select accounting.write_reversals(null, null, null, null, null, null)`,
      "set role ledger_writer",
    ];
    for (const text of statements) expect([text, await bySql(test, acme, [text])]).toEqual([text, "42501"]);
    expect(await acme.handle.accounting.journal.getById(posted.id)).toEqual(posted);
  });
});

describe("an idempotency key", () => {
  it("returns the entry that was posted first", async ({ acme, pair }) => {
    const key = newId();
    const first = await post(acme, pair, { idempotencyKey: key });
    expect(await post(acme, pair, { idempotencyKey: key })).toEqual(first);
    expect(await post(acme, pair, { idempotencyKey: key, id: newId() }, "10")).toEqual(first);
    expect(
      await acme.handle.accounting.journal.postMany([
        transfer(acme, pair, "10", { idempotencyKey: key }),
        transfer(acme, pair),
      ]),
    ).toEqual([first, expect.objectContaining({ source: "manual" })]);
  });

  it("is refused for other content", async ({ test, acme, pair }) => {
    const key = newId();
    const first = await post(acme, pair, { idempotencyKey: key });
    for (const rest of [
      { date: "2026-03-16" },
      { description: "Other" },
      { lines: transfer(acme, pair, "11").lines },
    ]) {
      expect(await refused(test, acme, () => post(acme, pair, { idempotencyKey: key, ...rest }))).toMatchObject({
        code: "CONFLICT",
      });
    }
    expect(await acme.handle.accounting.journal.getById(first.id)).toEqual(first);
  });

  it("is a company's own", async ({ acme, other, pair }) => {
    const key = newId();
    const first = await post(acme, pair, { idempotencyKey: key });
    const theirs = await booksOf(other);
    const second = await other.handle.accounting.journal.post(
      transfer(other, [theirs.bankAccountId, theirs.salesAccountId], "99", { idempotencyKey: key }),
    );
    expect(second.id).not.toBe(first.id);
  });

  it("posts once when many come at the same time", async ({ acme, pair }) => {
    const key = newId();
    const results = await Promise.all(Array.from({ length: 40 }, () => post(acme, pair, { idempotencyKey: key })));
    expect(new Set(results.map(({ id }) => id)).size).toBe(1);
    const clients = Array.from({ length: 8 }, () =>
      acme.handle.transaction((tx) =>
        tx.accounting.journal.post(transfer(acme, pair, "10", { idempotencyKey: `${key}-2` })),
      ),
    );
    expect(new Set((await Promise.all(clients)).map(({ id }) => id)).size).toBe(1);
  });
});

describe("a reversal", () => {
  it("mirrors the entry, once", async ({ test, acme, pair }) => {
    const posted = await post(acme, pair, { reference: "R-1" });
    const reversal = await acme.handle.accounting.journal.reverse(posted.id, {
      date: "2026-04-01",
      description: "Wrong account",
    });
    expect(reversal).toMatchObject({
      source: "reversal",
      reversesEntryId: posted.id,
      entryDate: "2026-04-01",
      reference: "R-1",
    });
    expect(reversal.lines.map((l) => [l.accountId, l.debit, l.credit])).toEqual(
      posted.lines.map((l) => [l.accountId, l.credit, l.debit]),
    );
    expect(
      await refused(test, acme, () => acme.handle.accounting.journal.reverse(posted.id, { date: "2026-04-01" })),
    ).toMatchObject({
      code: "CONFLICT",
    });
    expect(
      await refused(test, acme, () => acme.handle.accounting.journal.reverse(reversal.id, { date: "2026-04-01" })),
    ).toMatchObject({
      code: "CONFLICT",
    });
    expect(
      await refused(test, acme, () => acme.handle.accounting.journal.reverse(newId(), { date: "2026-04-01" })),
    ).toMatchObject({
      code: "NOT_FOUND",
    });
    expect(
      await bySql(test, acme, [
        "select accounting.reverse_entry($1, gen_random_uuid(), '2026-04-01', null, null, null)",
        [posted.id],
      ]),
    ).toBe("ZT003");
  });

  it("is not dated before its entry", async ({ test, acme, pair }) => {
    const posted = await post(acme, pair);
    expect(
      await refused(test, acme, () => acme.handle.accounting.journal.reverse(posted.id, { date: "2026-03-14" })),
    ).toMatchObject({
      code: "CONFLICT",
    });
  });

  it("is idempotent by its key", async ({ test, acme, pair }) => {
    const posted = await post(acme, pair);
    const key = newId();
    const first = await acme.handle.accounting.journal.reverse(posted.id, { date: "2026-04-01", idempotencyKey: key });
    expect(
      await acme.handle.accounting.journal.reverse(posted.id, { date: "2026-04-01", idempotencyKey: key }),
    ).toEqual(first);
    expect(
      await refused(test, acme, () =>
        acme.handle.accounting.journal.reverse(posted.id, { date: "2026-04-02", idempotencyKey: key }),
      ),
    ).toMatchObject({ code: "CONFLICT" });
  });

  it("happens once, when two race, many times", async ({ test, acme, pair }) => {
    const count = lengthOf(40, 200);
    const posted = await acme.handle.accounting.journal.postMany(
      Array.from({ length: count }, () => transfer(acme, pair)),
    );
    const outcomes = await Promise.all(
      posted.map(async ({ id }) => {
        const { values, errors } = sortOut(
          await Promise.allSettled(
            [1, 2].map(() => acme.handle.accounting.journal.reverse(id, { date: "2026-04-01" })),
          ),
        );
        return `${values.length} ${errors.map((error) => (error as { code: string }).code).join()}`;
      }),
    );
    expect(new Set(outcomes)).toEqual(new Set(["1 CONFLICT"]));
    const [reversals] = await ownerRows(
      test,
      "select count(*)::int as n from accounting.journal_entries where reverses_entry_id = any ($1)",
      [posted.map(({ id }) => id)],
    );
    expect(reversals).toEqual({ n: count });
  });
});

describe("a preview", () => {
  it("is what posting then gives, and posts nothing", async ({ test, acme, pair }) => {
    const entry = transfer(acme, pair, "10.00", {
      id: newId(),
      lines: [
        { accountId: pair[0], debit: "100", currency: "EUR", rate: "1.0835" },
        { accountId: pair[1], credit: "66.67", currency: "EUR", rate: "1.0835" },
        { accountId: pair[1], credit: "33.33", currency: "EUR", rate: "1.0835" },
      ],
    });
    const before = await entriesOfAcme(test, acme);
    const expected = await acme.handle.accounting.journal.post(entry, { preview: true });
    expect(await entriesOfAcme(test, acme)).toEqual(before);
    const posted = await acme.handle.accounting.journal.post(entry);
    const plain = ({ createdAt: _at, lines, ...rest }: JournalEntry) => ({
      ...rest,
      lines: lines.map(({ id: _id, ...line }) => line),
    });
    expect(plain(posted)).toEqual(plain(expected));

    const reversal = { date: "2026-05-01", id: newId() };
    const mirror = await acme.handle.accounting.journal.reverse(posted.id, { ...reversal, preview: true });
    expect(plain(await acme.handle.accounting.journal.reverse(posted.id, reversal))).toEqual(plain(mirror));
  });

  it("inside a transaction takes back only itself", async ({ acme, pair }) => {
    const kept = await acme.handle.transaction(async (tx) => {
      const first = await tx.accounting.journal.post(transfer(acme, pair));
      await tx.accounting.journal.post(transfer(acme, pair), { preview: true });
      return first;
    });
    expect(await acme.handle.accounting.journal.getById(kept.id)).toEqual(kept);
  });

  it("fails as posting would", async ({ test, acme, pair }) => {
    expect(
      await refused(test, acme, () =>
        acme.handle.accounting.journal.post(transfer(acme, pair, "1.005"), { preview: true }),
      ),
    ).toMatchObject({
      code: "INVARIANT_VIOLATED",
    });
  });
});

describe("closed periods", () => {
  it("refuse by date, and let the stored result of a key through", async ({ test }) => {
    const closing = await createTenant(test);
    const theirs = await booksOf(closing);
    const { journal: theirJournal, periods } = closing.handle.accounting;
    const between = [theirs.bankAccountId, theirs.salesAccountId] as const;
    const dated = (date: string, rest = {}) => theirJournal.post(transfer(closing, between, "5", { date, ...rest }));
    const year = await periods.createYear({ companyId: closing.company.id, startsOn: "2026-01-01" });
    const kept = await dated("2026-01-31", { idempotencyKey: "january" });
    const later = await dated("2026-02-01");
    await periods.close(year[0]?.id ?? "");
    for (const date of ["2026-01-31", "2026-01-01", "2025-06-01"]) {
      await expect(dated(date)).rejects.toMatchObject({ code: "CONFLICT" });
      const lines = [[between[0], "1", "0"] as const, [between[1], "0", "1"] as const];
      expect(await bySql(test, closing, postBySql(closing, lines, { date }))).toBe("ZT003");
    }
    expect(await dated("2026-01-31", { idempotencyKey: "january" })).toEqual(kept);
    await dated("2026-02-01");
    await expect(theirJournal.reverse(kept.id, { date: "2026-01-31" })).rejects.toMatchObject({ code: "CONFLICT" });
    await theirJournal.reverse(kept.id, { date: "2026-02-28" });
    await periods.reopen(year[0]?.id ?? "", { reason: "A bill came late" });
    await dated("2026-01-31");
    expect(later.entryDate).toBe("2026-02-01");
  });
});

describe("the list", () => {
  it("gives a company's entries newest first, page by page", async ({ test }) => {
    const paged = await createTenant(test);
    const theirs = await booksOf(paged);
    const dates = ["2026-01-01", "2026-01-02", "2026-01-02", "2026-01-03", "2026-02-01"];
    const posted = await paged.handle.accounting.journal.postMany(
      dates.map((date) => transfer(paged, [theirs.bankAccountId, theirs.salesAccountId], "1", { date })),
    );
    const request = { companyId: paged.company.id, from: "2026-01-02", to: "2026-01-31", limit: 2 };
    const first = await paged.handle.accounting.journal.list(request);
    const second = await paged.handle.accounting.journal.list({ ...request, cursor: first.nextCursor });
    expect([...first.items, ...second.items]).toEqual([posted[3], posted[2], posted[1]]);
    expect(second.nextCursor).toBeUndefined();
  });
});

const post = (
  acme: TestTenant,
  pair: readonly [string, string],
  rest: Partial<NewJournalEntry> = {},
  amount = "10.00",
) => acme.handle.accounting.journal.post(transfer(acme, pair, amount, rest));

const entriesOfAcme = (test: TestDatabase, acme: TestTenant) =>
  ownerRows(test, "select id from accounting.journal_entries where tenant_id = $1 order by id", [acme.tenant.id]);

/** Nothing was written by what failed. */
async function refused(test: TestDatabase, acme: TestTenant, work: () => PromiseLike<unknown>) {
  const before = await entriesOfAcme(test, acme);
  const error = await rejection(work());
  expect(await entriesOfAcme(test, acme)).toEqual(before);
  return error as { code: string; message: string; issues?: { path: string }[] };
}

/** What a case may be made of. */
interface Given {
  acme: TestTenant;
  books: Books;
  pair: readonly [string, string];
}
