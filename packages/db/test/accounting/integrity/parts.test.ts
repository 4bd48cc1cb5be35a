import { describe, expect } from "vitest";
import type { IntegrityCheck, RuleGroup, Violation } from "../../../src/accounting";
import { ruleGroups } from "../../../src/accounting/validation/integrity";
import { TimeoutError, ValidationError } from "../../../src/index";
import { asTenantSql, createTenant, type TestDatabase, type TestTenant } from "../../../src/testing";
import { open } from "../../client/connections";
import { rejection } from "../../kit/outcomes";
import { inDatabase } from "../../kit/tenants";
import { newAccount, transfer } from "../kit/journal";
import { MadeBooks } from "../reports/made-books";
import { writeBooks } from "../reports/rows";

/** The tests of a file share `acme`, with books of 600 lines that are full of faults. */
const it = inDatabase
  .extend("acme", { scope: "file" }, ({ test }) => createTenant(test, "Acme", { chart: false }))
  .extend("made", { scope: "file", auto: true }, async ({ test, acme }) => {
    const made = new MadeBooks(20);
    for (let number = 0; number < 150; number += 1) {
      const date = `2026-0${1 + (number % 9)}-10`;
      const of = { date, amount: 100n + BigInt(number), party: number % 20 };
      const invoice = made.document("invoice", of);
      if (number % 3 === 0) made.void(invoice, date);
      else made.allocate(made.pay("invoice", of), invoice, 50n, date);
    }
    await test.asOwner(async (owner) => {
      await writeBooks(owner, made, acme.tenant.id, acme.company.id);
      await owner.query("set session_replication_role = replica");
      // Each line has a fault, so that one which a part leaves out is missed.
      await owner.query("update accounting.journal_lines set entry_date = entry_date + 1 where tenant_id = $1", [
        acme.tenant.id,
      ]);
      for (const table of ["journal_lines", "journal_entries", "invoices", "customers"]) {
        await owner.query(faultsIn(table), [acme.tenant.id]);
      }
    });
    return made;
  });

/** Falsifies the first row by id, the one in the middle, and the last one. */
const faultsIn = (table: string) => `
  update accounting.${table} t set ${falsified[table]} from (
    select id, row_number() over (order by id) as place, count(*) over () as all_rows from accounting.${table} where tenant_id = $1
  ) r where t.tenant_id = $1 and t.id = r.id and r.place in (1, r.all_rows / 2, r.all_rows)`;

const falsified: Record<string, string> = {
  journal_lines: "balance_after = balance_after + 1, currency = 'EUR'",
  journal_entries: "entry_date = entry_date + 1",
  invoices: "paid_amount = paid_amount + 0.01",
  customers: "balance = balance + 1",
};

/** What the view finds as a whole. */
const found = (test: TestDatabase, acme: TestTenant): Promise<Violation[]> =>
  asTenantSql(test, acme, async (client) => {
    const { rows } = await client.query(
      `select kind, company_id as "companyId", record_table as "recordTable", record_id as "recordId", detail
       from accounting.violations`,
    );
    return rows;
  });

const sorted = (violations: readonly Violation[]) => violations.map((violation) => JSON.stringify(violation)).sort();

describe("the parts of a check", () => {
  it("find what the view finds as a whole, although that takes longer than a statement may", async ({ test, acme }) => {
    const whole = await found(test, acme);
    expect(new Set(whole.map(({ kind }) => kind)).size).toBeGreaterThan(5);
    await test.asOwner((owner) => owner.query(slowly(1)));
    const db = open(test, { statementTimeoutMillis: 300 });
    try {
      const { integrity } = db.forTenant({ tenantId: acme.tenant.id }).accounting;
      const inOne = db.forTenant({ tenantId: acme.tenant.id }).execute("select count(*) from accounting.violations");
      expect(await rejection(inOne)).toBeInstanceOf(TimeoutError);
      expect(sorted(await integrity.violations({ limit: 10_000 }))).toEqual(sorted(whole));
    } finally {
      await db.close();
      await test.asOwner((owner) => owner.query(slowly(0)));
    }
  });

  it("go on where the one before ended, also with writers in between, and say how far they came", async ({
    test,
    acme,
  }) => {
    const whole = await found(test, acme);
    const { integrity, journal } = acme.handle.accounting;
    const pair = [await newAccount(acme), await newAccount(acme)] as const;
    const collected: Violation[] = [];
    const steps: IntegrityCheck[] = [];
    let resume: string | undefined;
    do {
      const step: IntegrityCheck = await integrity.check({ milliseconds: 1, resume });
      collected.push(...step.violations);
      steps.push(step);
      resume = step.resume;
      if (steps.length % 4 === 1) await journal.post(transfer(acme, pair));
    } while (resume);
    expect(sorted(collected)).toEqual(sorted(whole));
    expect(steps.length).toBeGreaterThanOrEqual(ruleGroups.length);
    const through: RuleGroup[] = [...ruleGroups];
    for (const { checked, remaining } of steps) expect([...checked, ...remaining]).toEqual(through);
    expect(steps.at(-1)).toMatchObject({ checked: through, remaining: [], resume: undefined });
    expect(steps.map(({ checked }) => checked.length)).toEqual(
      [...steps.map(({ checked }) => checked.length)].sort((a, b) => a - b),
    );
  });

  it("end with the violations that were asked for, and lose none", async ({ test, acme }) => {
    const whole = (await found(test, acme)).filter(({ kind }) => kind === "account_chain_broken");
    const { integrity } = acme.handle.accounting;
    const collected: Violation[] = [];
    let resume: string | undefined;
    do {
      const step: IntegrityCheck = await integrity.check({ kind: "account_chain_broken", limit: 3, resume });
      expect(step.checked.concat(step.remaining)).toEqual(["account_chains"]);
      collected.push(...step.violations);
      resume = step.resume;
    } while (resume);
    expect(sorted(collected)).toEqual(sorted(whole));
  });

  it("refuse a position that no check gave", async ({ acme }) => {
    const { integrity } = acme.handle.accounting;
    const { resume } = await integrity.check({ milliseconds: 1 });
    for (const wrong of [
      { resume: "" },
      { resume: "journal_lines" },
      { resume: "nothing 00000000-0000-0000-0000-000000000000" },
      { resume: "journal_lines 1" },
      { resume, kind: "number_gap" },
      { milliseconds: 0 },
    ] as const) {
      expect(await rejection(integrity.check(wrong)), JSON.stringify(wrong)).toBeInstanceOf(ValidationError);
    }
  });
});

/** Makes the server take so many milliseconds for each line that it checks. */
const slowly = (milliseconds: number) => `
  create or replace function tenancy.currency_exponent(currency text) returns int language plpgsql as $$ begin
    ${milliseconds > 0 ? `perform pg_sleep(${milliseconds / 1_000});` : ""} return 2;
  end $$`;
