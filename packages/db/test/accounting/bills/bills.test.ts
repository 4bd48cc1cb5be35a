import { describe, expect } from "vitest";
import {
  ConflictError,
  ForeignKeyViolationError,
  InvariantError,
  NotFoundError,
  newId,
  UniqueViolationError,
  ValidationError,
} from "../../../src/index";
import { createTenant, type TestDatabase } from "../../../src/testing";
import { rejection, sortOut } from "../../kit/outcomes";
import { pagesOf } from "../../kit/pages";
import { bySql, ownerRows } from "../../kit/sql";
import { freshBooks as it } from "../kit/books";
import { approved, createBill, createVendor, secondCompany, work } from "../kit/documents";

describe("a draft", () => {
  it("has the vendor's number and the total of its lines, and is owed by nobody", async ({ test, acme }) => {
    const vendorId = await createVendor(acme);
    const bill = await createBill(acme, { vendorId, billNumber: "R-7", lines: [work("1.005"), work("2")] });
    expect(bill).toMatchObject({ totalAmount: "3.01", status: "draft", billNumber: "R-7", baseAmount: null });
    const document = await acme.handle.accounting.bills.findDocument(bill.id);
    const { seller: _seller, buyer: _buyer, ...stored } = bill;
    expect(document).toMatchObject({ ...stored, vendor: { id: vendorId, name: "Vendor" } });
    expect(document?.lines.map((line) => line.amount)).toEqual(["1.01", "2.00"]);
    expect(await balanceOf(test, vendorId)).toBe("0.00");
  });

  it("is refused with the field's name when it does not fit", async ({ acme }) => {
    const vendorId = await createVendor(acme);
    for (const [path, wrong] of [
      ["billNumber", { billNumber: " " }],
      ["lines", { lines: [] }],
      ["lines.0.quantity", { lines: [{ ...work("1"), quantity: "0" }] }],
      ["lines.0.accountId", { lines: [work("1", "x")] }],
      ["lines.1", { lines: [work("1"), { ...work("99999999999"), quantity: "100000" }] }],
      ["baseAmount", { baseAmount: "-1" }],
      ["dueDate", { dueDate: "2026-01-14" }],
      ["currency", { currency: "EURO" }],
      ["exchangeRate", { exchangeRate: "0" }],
      ["exchangeRate", { exchangeRate: "-1" }],
      ["creditedBillId", { creditedBillId: newId() }],
      ["kind", { kind: "invoice" }],
      ["", { status: "approved" }],
      ["", { approvedBy: newId() }],
      ["", { paidAmount: "1.00" }],
      ["", { totalAmount: "1.00" }],
    ] as const) {
      const error = await rejection(createBill(acme, { vendorId, ...(wrong as object) }));
      expect(error, path).toBeInstanceOf(ValidationError);
      expect((error as ValidationError).issues[0]?.path).toBe(path);
    }
  });

  it("comes once per vendor and number, unless it was void", async ({ acme }) => {
    const vendorId = await createVendor(acme);
    const first = await approved(acme, "1.00", { vendorId, billNumber: "R-1" });
    expect(await rejection(createBill(acme, { vendorId, billNumber: "R-1" }))).toBeInstanceOf(UniqueViolationError);
    await createBill(acme, { billNumber: "R-1" });
    await acme.handle.accounting.bills.void(first.id);
    expect((await createBill(acme, { vendorId, billNumber: "R-1" })).status).toBe("draft");
  });

  it("cannot be from another tenant's vendor, nor another company's", async ({ test, acme }) => {
    const theirs = await createVendor(await createTenant(test));
    expect(await rejection(createBill(acme, { vendorId: theirs }))).toBeInstanceOf(ForeignKeyViolationError);
    const second = await secondCompany(acme);
    const vendorId = await createVendor(acme, second.id);
    expect(await rejection(createBill(acme, { vendorId }))).toBeInstanceOf(ForeignKeyViolationError);
  });
});

describe("approval", () => {
  it("makes it owed once, although it is asked for many times at once", async ({ test, acme }) => {
    const vendorId = await createVendor(acme);
    const { id } = await createBill(acme, { vendorId });
    const { values, errors } = sortOut(
      await Promise.allSettled(Array.from({ length: 6 }, () => acme.handle.accounting.bills.approve(id))),
    );
    expect(values).toHaveLength(1);
    expect(values[0]).toMatchObject({ status: "approved", approvedBy: acme.admin.id, baseAmount: "10.00" });
    expect(values[0]?.approvedAt).toBeInstanceOf(Date);
    expect(errors).toHaveLength(5);
    for (const error of errors) expect(error).toBeInstanceOf(ConflictError);
    expect(await balanceOf(test, vendorId)).toBe("10.00");
  });

  it("says what stands in the way", async ({ test, acme }) => {
    const bill = await approved(acme);
    expect(String(await rejection(acme.handle.accounting.bills.approve(bill.id)))).toContain("this bill is approved");
    expect(await rejection(acme.handle.accounting.bills.approve(newId()))).toBeInstanceOf(NotFoundError);
    const theirs = await createBill(await createTenant(test));
    expect(await rejection(acme.handle.accounting.bills.approve(theirs.id))).toBeInstanceOf(NotFoundError);
    const wrong = await createBill(acme);
    await bySql(test, acme, ["update accounting.bills set total_amount = 9.99 where id = $1", [wrong.id]]);
    expect(await rejection(acme.handle.accounting.bills.approve(wrong.id))).toBeInstanceOf(InvariantError);
  });

  it("and payment: marked paid, all or none, the vendor is owed that much less", async ({ test, acme }) => {
    const vendorId = await createVendor(acme);
    const [first, second] = [await approved(acme, "5.00", { vendorId }), await approved(acme, "7.00", { vendorId })];
    const draft = await createBill(acme, { vendorId });
    expect(String(await rejection(acme.handle.accounting.bills.markPaid([first.id, draft.id])))).toContain(
      "1 of 2 bills",
    );
    await acme.handle.accounting.bills.markPaid([first.id]);
    expect(await acme.handle.accounting.bills.getById(first.id)).toMatchObject({ status: "paid", paidAmount: "5.00" });
    expect(await acme.handle.accounting.bills.getById(second.id)).toMatchObject({
      status: "approved",
      paidAmount: "0.00",
    });
    expect(await balanceOf(test, vendorId)).toBe("7.00");
  });
});

describe("an approved bill", () => {
  const beside = it.extend("bill", ({ acme }) => approved(acme)).extend("draft", ({ acme }) => createBill(acme));

  beside.for([
    "update accounting.bills set total_amount = 0 where id = $1",
    "update accounting.bills set bill_number = 'other' where id = $1",
    "update accounting.bills set status = 'draft', base_amount = null where id = $1",
    "update accounting.bills set vendor_id = gen_random_uuid() where id = $1",
    "update accounting.bills set bill_date = '2020-01-01' where id = $1",
    "update accounting.bills set due_date = '2030-01-01', status = 'paid' where id = $1",
    "update accounting.bills set approved_by = null where id = $1",
    "update accounting.bills set exchange_rate = 2 where id = $1",
    "update accounting.bills set paid_amount = 10, paid_base_amount = 10, status = 'paid' where id = $1",
    "update accounting.bills set status = 'partly_paid' where id = $1",
    "update accounting.bills set voided_on = current_date where id = $1",
    "update accounting.bills set id = gen_random_uuid() where id = $1",
    "delete from accounting.bills where id = $1",
    "update accounting.bill_lines set quantity = 2 where bill_id = $1",
    "update accounting.bill_lines set account_id = null, description = 'x' where bill_id = $1",
    "delete from accounting.bill_lines where bill_id = $1",
    `insert into accounting.bill_lines (company_id, bill_id, line_number, description, quantity, unit_price)
       select company_id, id, 99, 'More', 1, 1 from accounting.bills where id = $1`,
  ])("is frozen: %s", async (text, { test, acme, bill }) => {
    const rows = () =>
      ownerRows(
        test,
        `select to_jsonb(b) - 'updated_at' as bill, (select jsonb_agg(to_jsonb(l)) from accounting.bill_lines l
         where l.bill_id = b.id) as lines from accounting.bills b where b.id = $1`,
        [bill.id],
      );
    const before = await rows();
    expect(await bySql(test, acme, [text, [bill.id]])).toBe("ZT003");
    expect(await rows()).toEqual(before);
  });

  beside("gets no line that was moved from a draft, and loses none to one", async ({ test, acme, bill, draft }) => {
    const move = "update accounting.bill_lines set bill_id = $2, line_number = 50 where bill_id = $1";
    expect(await bySql(test, acme, [move, [draft.id, bill.id]])).toBe("ZT003");
    expect(await bySql(test, acme, [move, [bill.id, draft.id]])).toBe("ZT003");
  });

  beside("is inserted by nobody as such", async ({ test, acme, bill }) => {
    const insert = `insert into accounting.bills (company_id, vendor_id, bill_number, bill_date, due_date, total_amount, status)
      select company_id, vendor_id, 'raw', bill_date, due_date, 10, 'approved' from accounting.bills where id = $1`;
    expect(await bySql(test, acme, [insert, [bill.id]])).toBe("ZT003");
  });
});

describe("the list", () => {
  it("goes through every bill once, newest first, for every filter", async ({ acme }) => {
    const vendors = [await createVendor(acme), await createVendor(acme)];
    for (let i = 0; i < 12; i += 1) {
      const fields = { vendorId: vendors[i % 2] ?? "", billDate: `2026-01-0${1 + (i % 4)}` };
      if (i % 3 === 0) await approved(acme, "1.00", fields);
      else await createBill(acme, fields);
    }
    const everything = (await acme.handle.accounting.bills.list({ limit: 500 })).items;
    expect(everything).toHaveLength(12);
    for (const filter of [
      {},
      { status: "approved" as const },
      { vendorId: vendors[0] ?? "" },
      { status: "draft" as const, vendorId: vendors[1] ?? "" },
    ]) {
      const expected = everything.filter(
        (each) =>
          (filter.status === undefined || each.status === filter.status) &&
          (filter.vendorId === undefined || each.vendorId === filter.vendorId),
      );
      const pages = await pagesOf((request) => acme.handle.accounting.bills.list({ ...request, ...filter }), 5);
      expect(pages.flat().map((each) => each.id)).toEqual(expected.map((each) => each.id));
    }
    expect(await rejection(acme.handle.accounting.bills.list({ status: "issued" } as never))).toBeInstanceOf(
      ValidationError,
    );
  });
});

const balanceOf = async (test: TestDatabase, vendorId: string) =>
  (await ownerRows(test, "select balance from accounting.vendors where id = $1", [vendorId]))[0]?.balance;
