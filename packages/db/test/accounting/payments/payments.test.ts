import { eq, sql } from "drizzle-orm";
import { describe, expect } from "vitest";
import { books, payments } from "../../../src/accounting";
import { type ConflictError, NotFoundError, ValidationError } from "../../../src/index";
import { createCustomer, createTenant, createVendor, type TestTenant } from "../../../src/testing";
import { rejection } from "../../kit/outcomes";
import { bySql, ownerRows } from "../../kit/sql";
import { freshBooks as it, tenantWithBooks } from "../kit/books";
import { discrepancies } from "../kit/discrepancies";
import { approved, balanceOf, issued } from "../kit/documents";
import { newAccount, postings } from "../kit/journal";

describe("money received", () => {
  it("is posted to the bank and the customer, and settles what it names", async ({ test, acme, customerId, money }) => {
    const [first, second] = [await issued(acme, "100.00", { customerId }), await issued(acme, "50.00", { customerId })];
    const payment = await acme.handle.accounting.payments.receive({
      ...money,
      amount: "120.00",
      reference: "RF-1",
      method: "transfer",
      allocations: [
        { invoiceId: first.id, amount: "100.00" },
        { invoiceId: second.id, amount: "15.00" },
      ],
    });
    expect(payment).toMatchObject({
      direction: "in",
      amount: "120.00",
      baseAmount: "120.00",
      exchangeRate: "1",
      allocatedAmount: "115.00",
      allocatedBaseAmount: "115.00",
      voidedOn: null,
    });
    const { updatedAt: _written, ...stored } = await acme.handle.accounting.payments.getById(payment.id);
    expect(payment).toMatchObject(stored);
    expect(await postings(test, acme, payment.id)).toEqual(["payment 2026-02-01: bank 120.00, receivable -120.00"]);
    expect(await invoiceOf(acme, first.id)).toMatchObject({
      status: "paid",
      paidAmount: "100.00",
      paidBaseAmount: "100.00",
    });
    expect(await invoiceOf(acme, second.id)).toMatchObject({ status: "partly_paid", paidAmount: "15.00" });
    expect(await balanceOf(acme, customerId)).toBe("30.00");
    const document = await acme.handle.accounting.payments.findDocument(payment.id);
    expect(document?.allocations).toMatchObject([
      { invoiceId: first.id, amount: "100.00", baseAmount: "100.00", sourceBaseAmount: "100.00" },
      { invoiceId: second.id, amount: "15.00", allocatedOn: "2026-02-01", reversedOn: null },
    ]);
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("is the customer's credit as far as it settles nothing", async ({ test, acme, customerId, money }) => {
    await acme.handle.accounting.payments.receive({ ...money, amount: "25.00" });
    expect(await balanceOf(acme, customerId)).toBe("-25.00");
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("counts for an invoice from the invoice's date on, when that is later", async ({
    test,
    acme,
    customerId,
    money,
  }) => {
    const invoice = await issued(acme, "10.00", { customerId, invoiceDate: "2026-03-01", dueDate: "2026-03-31" });
    const allocations = [{ invoiceId: invoice.id, amount: "10.00" }];
    const { id } = await acme.handle.accounting.payments.receive({ ...money, amount: "10.00", allocations });
    expect((await acme.handle.accounting.payments.findDocument(id))?.allocations).toMatchObject([
      { allocatedOn: "2026-03-01" },
    ]);
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("goes through the account it names", async ({ test, acme, money }) => {
    const [cash, card] = [await newAccount(acme), await newAccount(acme, { type: "liability" })];
    for (const accountId of [cash, card]) {
      const payment = await acme.handle.accounting.payments.receive({ ...money, accountId, amount: "5.00" });
      expect(payment.accountId).toBe(accountId);
      expect(await postings(test, acme, payment.id)).toEqual(["payment 2026-02-01: other 5.00, receivable -5.00"]);
    }
  });

  it("refuses accounts that take no payments", async ({ acme, money }) => {
    const [own] = await acme.handle.select().from(books);
    const refused = [
      own?.receivableAccountId,
      own?.payableAccountId,
      own?.salesAccountId,
      await newAccount(acme, { type: "expense" }),
      await newAccount(acme, { type: "equity" }),
      (await acme.handle.accounting.accounts.archive(await newAccount(acme))).id,
      await newAccount(acme, { currency: "EUR" }),
    ];
    for (const accountId of refused) {
      const outcome = acme.handle.accounting.payments.receive({ ...money, accountId: accountId ?? "", amount: "5.00" });
      await expect(outcome).rejects.toMatchObject(conflict);
    }
    expect(await acme.handle.accounting.payments.list()).toMatchObject({ items: [] });
  });

  it("needs records that the company has, and books", async ({ test, acme, money }) => {
    const other = await tenantWithBooks(test);
    const theirs = await createCustomer(other);
    const account = await newAccount(other);
    const attempt = (fields: object) =>
      rejection(acme.handle.accounting.payments.receive({ ...money, amount: "5.00", ...fields }));
    expect(await attempt({ customerId: theirs.id })).toBeInstanceOf(NotFoundError);
    expect(await attempt({ accountId: account })).toBeInstanceOf(NotFoundError);
    const invoiceId = (await issued(other)).id;
    expect(await attempt({ allocations: [{ invoiceId, amount: "5.00" }] })).toBeInstanceOf(NotFoundError);
    const bookless = await acme.handle.tenancy.companies.create({ name: "Bookless" });
    expect(await attempt({ companyId: bookless.id })).toMatchObject(conflict);
  });

  it("is recorded once under one external id", async ({ test, acme, customerId, money }) => {
    const invoice = await issued(acme, "100.00", { customerId });
    const request = {
      ...money,
      amount: "80.00",
      externalId: "bank-1",
      allocations: [{ invoiceId: invoice.id, amount: "60.00" }],
    };
    const first = await acme.handle.accounting.payments.receive(request);
    const again = await acme.handle.accounting.payments.receive({
      ...request,
      amount: "80",
      allocations: [{ invoiceId: invoice.id, amount: "60" }],
    });
    expect(again).toEqual({ ...(await acme.handle.accounting.payments.getById(first.id)) });
    const others = [
      { amount: "81.00" },
      { paymentDate: "2026-02-02" },
      { reference: "other" },
      { method: "cash" },
      { currency: "EUR" },
      { accountId: await newAccount(acme) },
      { customerId: (await createCustomer(acme)).id, allocations: undefined },
      { allocations: [{ invoiceId: invoice.id, amount: "10.00" }] },
    ];
    for (const other of others) {
      await expect(acme.handle.accounting.payments.receive({ ...request, ...other })).rejects.toMatchObject(conflict);
    }
    const vendorId = (await createVendor(acme)).id;
    const { customerId: _customer, allocations: _allocations, ...rest } = request;
    await expect(acme.handle.accounting.payments.make({ ...rest, vendorId })).rejects.toMatchObject(conflict);
    expect((await acme.handle.accounting.payments.list()).items).toHaveLength(1);
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("is recorded once when it comes several times at once", async ({ acme, customerId, money }) => {
    const request = { ...money, amount: "80.00", externalId: "bank-1", allocations: "oldest" as const };
    await issued(acme, "100.00", { customerId });
    const all = await Promise.all(Array.from({ length: 10 }, () => acme.handle.accounting.payments.receive(request)));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(await balanceOf(acme, customerId)).toBe("20.00");
  });

  it("names the fields that do not fit", async ({ acme, customerId, money }) => {
    const invoiceId = customerId;
    const wrong: [object, string][] = [
      [{ amount: "0" }, "amount"],
      [{ amount: "-1" }, "amount"],
      [{ amount: "1.00001" }, "amount"],
      [{ amount: "1.001", currency: "USD" }, "amount"],
      [{ baseAmount: "0" }, "baseAmount"],
      [{ amount: "five", allocations: [{ invoiceId, amount: "1.00" }] }, "amount"],
      [{ amount: "1.5", currency: "JPY" }, "amount"],
      [{ currency: "usd" }, "currency"],
      [{ paymentDate: "2026-02-30" }, "paymentDate"],
      [{ exchangeRate: "0" }, "exchangeRate"],
      [{ customerId: "x" }, "customerId"],
      [{ allocations: [] }, "allocations"],
      [{ allocations: [{ invoiceId, amount: "0.00" }] }, "allocations.0.amount"],
      [{ allocations: [{ invoiceId, amount: "1.5" }], amount: "2", currency: "JPY" }, "allocations.0.amount"],
      [{ allocations: [{ invoiceId, amount: "6.00" }] }, "allocations"],
      [
        {
          allocations: [
            { invoiceId, amount: "1" },
            { invoiceId, amount: "2" },
          ],
        },
        "allocations.1.invoiceId",
      ],
    ];
    for (const [fields, path] of wrong) {
      const error = await rejection(acme.handle.accounting.payments.receive({ ...money, amount: "5.00", ...fields }));
      expect(error).toBeInstanceOf(ValidationError);
      expect([...new Set((error as ValidationError).issues.map((issue) => issue.path))]).toEqual([path]);
    }
  });
});

describe("money paid", () => {
  it("is posted from the bank to the vendor, and settles what it names", async ({ test, acme }) => {
    const vendor = await createVendor(acme);
    const bill = await approved(acme, "70.00", { vendorId: vendor.id });
    const payment = await acme.handle.accounting.payments.make({
      companyId: acme.company.id,
      vendorId: vendor.id,
      paymentDate: "2026-02-01",
      amount: "100.00",
      allocations: [{ billId: bill.id, amount: "70.00" }],
    });
    expect(payment).toMatchObject({
      direction: "out",
      vendorId: vendor.id,
      customerId: null,
      allocatedAmount: "70.00",
    });
    expect(await postings(test, acme, payment.id)).toEqual(["payment 2026-02-01: payable 100.00, bank -100.00"]);
    const [row] = await ownerRows(test, "select status, paid_amount from accounting.bills where id = $1", [bill.id]);
    expect(row).toEqual({ status: "paid", paid_amount: "70.00" });
    const [owed] = await ownerRows(test, "select balance from accounting.vendors where id = $1", [vendor.id]);
    expect(owed).toEqual({ balance: "-30.00" });
    expect(await discrepancies(test, acme)).toEqual([]);
  });
});

const insertPayment = `insert into accounting.payments (company_id, direction, customer_id, account_id, payment_date, amount)
  values ($1, 'in', $2, null, '2026-02-01', 12.5)`;

describe("a payment in raw SQL", () => {
  it("is valued and posted like any other, many at once", async ({ test, acme, customerId }) => {
    const many = `insert into accounting.payments (company_id, direction, customer_id, account_id, payment_date, amount, base_amount)
      select $1, 'in', $2, null, '2026-02-01', n, 0 from generate_series(1, 50) n`;
    expect(await bySql(test, acme, [many, [acme.company.id, customerId]])).toBe("done");
    expect(await balanceOf(acme, customerId)).toBe("-1275.00");
    const [counts] = await ownerRows(
      test,
      `select count(*)::int as entries, (select sum(base_amount) from accounting.payments where tenant_id = $1) as base
       from accounting.journal_entries where tenant_id = $1`,
      [acme.tenant.id],
    );
    expect(counts).toEqual({ entries: 50, base: "1275.00" });
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("is not preset, changed or deleted", async ({ test, acme, customerId }) => {
    const own = [acme.company.id, customerId];
    const preset = (column: string, value: string) =>
      insertPayment.replace("amount)", `amount, ${column})`).replace("12.5)", `12.5, ${value})`);
    expect(await bySql(test, acme, [preset("allocated_amount", "1"), own])).toBe("ZT003");
    expect(await bySql(test, acme, [preset("allocated_base_amount", "1"), own])).toBe("ZT003");
    expect(await bySql(test, acme, [preset("voided_on", "'2026-02-01'"), own])).toBe("ZT003");
    expect(await bySql(test, acme, [insertPayment.replace("12.5", "'NaN'"), own])).toBe("23514");
    expect(await bySql(test, acme, [insertPayment.replace("12.5", "-1"), own])).toBe("23514");
    expect(await bySql(test, acme, [insertPayment, own])).toBe("done");
    const update = (set: string) => bySql(test, acme, [`update accounting.payments set ${set}`]);
    for (const set of [
      "amount = 1",
      "base_amount = 1",
      "allocated_amount = 1",
      "allocated_base_amount = 1",
      "payment_date = '2026-02-02'",
      "account_id = gen_random_uuid()",
      "reference = 'x'",
      "external_id = 'x'",
      "voided_on = '2026-01-31'",
    ]) {
      expect([set, await update(set)]).toEqual([set, "ZT003"]);
    }
    expect(await update("amount = amount")).toBe("done");
    expect(await bySql(test, acme, ["delete from accounting.payments"])).toBe("42501");
    expect(await update("voided_on = '2026-02-03'")).toBe("done");
    for (const set of ["voided_on = '2026-02-04'", "voided_on = null"]) expect(await update(set)).toBe("ZT003");
    expect(await balanceOf(acme, customerId)).toBe("0.00");
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("cannot be posted, counted or settled by the internal functions", async ({ test, acme }) => {
    for (const call of [
      "select accounting.lock_accounts('{}', '{}')",
      "select accounting.count_allocation(null, 1)",
      "select accounting.lock_allocation(null)",
    ]) {
      expect(await bySql(test, acme, [call])).toBe("42501");
    }
  });

  it("needs a scope, and so does an allocation", async ({ test, acme, customerId, money }) => {
    const invoice = await issued(acme, "10.00", { customerId });
    const { id } = await acme.handle.accounting.payments.receive({ ...money, amount: "10.00" });
    const platform = test.db.platform({ actor: "tests", reason: "write payments without a scope" });
    const [tenantId, companyId] = [acme.tenant.id, acme.company.id];
    for (const statement of [
      sql`insert into accounting.payments (tenant_id, company_id, direction, customer_id, account_id, payment_date, amount)
        values (${tenantId}, ${companyId}, 'in', ${customerId}, null, '2026-02-01', 1)`,
      sql`insert into accounting.payment_allocations (tenant_id, company_id, payment_id, invoice_id, amount)
        values (${tenantId}, ${companyId}, ${id}, ${invoice.id}, 1)`,
      sql`update accounting.payments set voided_on = '2026-02-01' where id = ${id}`,
    ]) {
      const outcome = platform.transaction((tx) => tx.execute(statement));
      await expect(outcome).rejects.toMatchObject({ code: "TENANT_CONTEXT_MISSING" });
    }
  });
});

describe("the void of a payment", () => {
  it("takes back what it settled and mirrors its entry", async ({ test, acme, customerId, money }) => {
    const invoice = await issued(acme, "100.00", { customerId });
    const allocations = [{ invoiceId: invoice.id, amount: "40.00" }];
    const payment = await acme.handle.accounting.payments.receive({ ...money, amount: "50.00", allocations });
    const voided = await acme.handle.accounting.payments.void(payment.id, { date: "2026-02-20" });
    expect(voided).toMatchObject({ voidedOn: "2026-02-20", allocatedAmount: "0.00", allocatedBaseAmount: "0.00" });
    const { updatedAt: _written, ...stored } = await acme.handle.accounting.payments.getById(payment.id);
    expect(voided).toMatchObject(stored);
    expect(await postings(test, acme, payment.id)).toEqual([
      "payment 2026-02-01: bank 50.00, receivable -50.00",
      "payment_void 2026-02-20: bank -50.00, receivable 50.00",
    ]);
    expect(await invoiceOf(acme, invoice.id)).toMatchObject({
      status: "issued",
      paidAmount: "0.00",
      paidBaseAmount: "0.00",
    });
    expect((await acme.handle.accounting.payments.findDocument(payment.id))?.allocations).toMatchObject([
      { reversedOn: "2026-02-20" },
    ]);
    expect(await balanceOf(acme, customerId)).toBe("100.00");
    expect(await discrepancies(test, acme)).toEqual([]);
    await expect(acme.handle.accounting.payments.void(payment.id)).rejects.toMatchObject(conflict);
    await expect(acme.handle.accounting.payments.void(customerId)).rejects.toBeInstanceOf(NotFoundError);
  });

  it("is not dated before anything that the payment did", async ({ test, acme, customerId, money }) => {
    const [first, second] = [await issued(acme, "10.00", { customerId }), await issued(acme, "10.00", { customerId })];
    const payment = await acme.handle.accounting.payments.receive({ ...money, amount: "20.00" });
    const allocate = (invoiceId: string, date: string) =>
      acme.handle.accounting.payments.allocate({
        paymentId: payment.id,
        date,
        allocations: [{ invoiceId, amount: "5.00" }],
      });
    const [earlier] = await allocate(first.id, "2026-02-05");
    await acme.handle.accounting.payments.takeBack(earlier?.id ?? "", { date: "2026-02-25" });
    await expect(acme.handle.accounting.payments.void(payment.id, { date: "2026-01-31" })).rejects.toMatchObject(
      conflict,
    );
    await expect(acme.handle.accounting.payments.void(payment.id, { date: "2026-02-24" })).rejects.toMatchObject(
      conflict,
    );
    await allocate(second.id, "2026-02-28");
    await expect(acme.handle.accounting.payments.void(payment.id, { date: "2026-02-27" })).rejects.toMatchObject(
      conflict,
    );
    expect(await discrepancies(test, acme)).toEqual([]);
    await acme.handle.accounting.payments.void(payment.id, { date: "2026-02-28" });
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("is dated today, or when the last of what it did had happened", async ({ test, acme, customerId, money }) => {
    const [{ today = "" } = {}] = await ownerRows(test, "select current_date::text as today");
    const payment = await acme.handle.accounting.payments.receive({ ...money, amount: "20.00" });
    expect((await acme.handle.accounting.payments.void(payment.id)).voidedOn).toBe(today);
    const future = await acme.handle.accounting.payments.receive({
      ...money,
      amount: "20.00",
      paymentDate: "2099-05-01",
    });
    await issued(acme, "10.00", { customerId });
    const allocations = "oldest" as const;
    const [allocation] = await acme.handle.accounting.payments.allocate({
      paymentId: future.id,
      date: "2099-06-01",
      allocations,
    });
    expect(allocation?.allocatedOn).toBe("2099-06-01");
    expect((await acme.handle.accounting.payments.void(future.id)).voidedOn).toBe("2099-06-01");
    expect(await discrepancies(test, acme)).toEqual([]);
  });
});

describe("a tenant", () => {
  it("neither sees nor settles another's payments", async ({ test, acme, money }) => {
    const payment = await acme.handle.accounting.payments.receive({ ...money, amount: "20.00" });
    const other = await tenantWithBooks(test);
    const theirs = await createCustomer(other);
    await issued(other, "10.00", { customerId: theirs.id });
    expect(await other.handle.accounting.payments.findById(payment.id)).toBeUndefined();
    expect(await other.handle.accounting.payments.findDocument(payment.id)).toBeUndefined();
    const allocations = "oldest" as const;
    for (const source of [{ paymentId: payment.id }, { creditNoteId: payment.id }, { vendorCreditId: payment.id }]) {
      await expect(other.handle.accounting.payments.allocate({ ...source, allocations })).rejects.toBeInstanceOf(
        NotFoundError,
      );
    }
    await expect(other.handle.accounting.payments.void(payment.id)).rejects.toBeInstanceOf(NotFoundError);
    await other.handle.update(payments).set({ voidedOn: "2026-02-02" }).where(eq(payments.id, payment.id));
    expect((await acme.handle.accounting.payments.getById(payment.id)).voidedOn).toBeNull();
  });

  it("without books cannot be paid", async ({ test }) => {
    const bookless = await createTenant(test, "Bookless", { chart: false });
    const { id } = await createCustomer(bookless);
    const attempt = bookless.handle.accounting.payments.receive({
      companyId: bookless.company.id,
      customerId: id,
      amount: "1.00",
      paymentDate: "2026-02-01",
    });
    await expect(attempt).rejects.toMatchObject(conflict);
  });
});

const invoiceOf = (acme: TestTenant, id: string) => acme.handle.accounting.invoices.getById(id);

const conflict = { code: "CONFLICT" } satisfies Partial<ConflictError>;
