import { describe, expect, it } from "vitest";
import { saleItems, sales as salesTable } from "../../../src/sales";
import { createTestDatabase, type TestDatabase } from "../../../src/testing";
import { newShop, onCredit, type Shop, stockOf } from "../kit/shop";
import { violationsOf } from "../kit/violations";

/*
 * Each mutant is one fault in a function that keeps money, debt or stock. A short life of a business must come out
 * otherwise with it: by a figure, a refusal, or what the views find.
 */
interface Mutant {
  name: string;
  /** The function, and what of its text is replaced. */
  in: string;
  from: string;
  to: string;
}

const mutants: Mutant[] = [
  { name: "an abono adds to the debt", in: "move_debt", from: "b.credit - e.paid", to: "b.credit + e.paid" },
  { name: "a debt entry is not counted", in: "move_debt", from: "b.version + e.entries", to: "b.version" },
  {
    name: "an allocation leaves the sale due",
    in: "apply_allocations",
    from: "s.balance_due - p_sign * a.amount",
    to: "s.balance_due",
  },
  {
    name: "an allocation leaves the abono free",
    in: "apply_allocations",
    from: "b.allocated_amount + p_sign * a.amount",
    to: "b.allocated_amount",
  },
  { name: "a void keeps the allocations", in: "free_allocations", from: "a.reversed_on is null", to: "false" },
  { name: "a void gives nothing back", in: "take_back_sale", from: "v_sale.amount_paid > 0 then", to: "false then" },
  {
    name: "a void leaves the debt",
    in: "take_back_sale",
    from: "v_sale.total_amount > v_sale.amount_paid then",
    to: "false then",
  },
  {
    name: "a void leaves the stock",
    in: "take_back_sale",
    from: "perform sales.return_goods(p_id, v_today)",
    to: "null",
  },
  {
    name: "anybody voids",
    in: "take_back_sale",
    from: "not sales.may_act_for(v_sale.business_id, v_sale.seller_id)",
    to: "false",
  },
  {
    name: "anybody sells for anybody",
    in: "check_sales",
    from: "not sales.may_act_for(s.business_id, s.seller_id)",
    to: "false",
  },
  { name: "the credit limit is not looked at", in: "post_sales", from: "b.balance > c.credit_limit", to: "false" },
  { name: "stock is not taken", in: "take_goods", from: "s.distribucion_id is null and", to: "false and" },
  { name: "an abono pays another's sale", in: "allocate_to", from: "v_named.is_customers is not true", to: "false" },
  {
    name: "a named abono pays beyond what is due",
    in: "allocate_to",
    from: "least(s.balance_due, b.amount",
    to: "least(999, b.amount",
  },
  { name: "the newest sale is paid first", in: "allocate_oldest", from: "s.sale_date,", to: "s.sale_date desc," },
  { name: "a void abono leaves the debt", in: "void_abono", from: "array[v_abono.amount]);", to: "array[0.01]);" },
  {
    name: "a sale by SQL counts without its items",
    in: "record_drafts",
    from: "sum(i.subtotal) = s.total_amount",
    to: "sum(i.subtotal) <= s.total_amount",
  },
];

/** A short life of a business: figures, and the words of what was refused. */
async function life(test: TestDatabase): Promise<unknown> {
  const shop = await newShop(test);
  const { sales, abonos, customers } = shop.handle.sales;
  const reason = "Wrong";
  const other = await customers.create({ name: "Other", creditLimit: "10.00" });
  const seen: unknown[] = [];
  const see = async (call: () => Promise<unknown>) => seen.push(await call().catch((error: Error) => error.message));
  const pay = (amount: string, allocations?: { saleId: string; amount?: string }[]) =>
    abonos.record({ clientId: shop.clientId, amount, paymentMethod: "yape", ...(allocations ? { allocations } : {}) });
  const ago = (days: number) => new Date(Date.now() - days * 86_400_000);
  const made: Record<string, string> = {};
  const sell = async (name: string, of: Shop, total: string, more = {}) => {
    made[name] = (await of.handle.sales.sales.record(onCredit(of, total, more))).id;
  };
  await see(() => sell("newer", shop, "30.00", { amountPaid: "10.00" }));
  await see(() => sell("older", shop, "15.00", { saleDate: ago(2) }));
  await see(() => sell("theirs", { ...shop, clientId: other.id }, "10.00"));
  await see(() => sell("beyond", { ...shop, clientId: other.id }, "0.01"));
  await see(async () => {
    const { id, allocatedAmount } = await pay("16.00");
    made.abono = id;
    return allocatedAmount;
  });
  const named = async (amount: string, sale = "") => (await pay(amount, [{ saleId: sale }])).allocatedAmount;
  await see(() => named("1.00", made.theirs));
  await see(() => named("60.00", made.newer));
  await see(() => shop.vendor.handle.sales.sales.void(made.newer ?? "", { reason }).then(() => "voided"));
  await see(() => sell("forAdmin", { ...shop, handle: shop.vendor.handle }, "1.00", { sellerId: shop.adminMemberId }));
  const dues = async () =>
    (await sales.list()).items.map(({ totalAmount, balanceDue, status }) => [totalAmount, balanceDue, status]);
  await see(dues);
  await see(() => sales.void(made.newer ?? "", { reason }).then(() => "voided"));
  await see(() => abonos.void(made.abono ?? "", { reason }).then(() => "voided"));
  await see(async () => {
    const head = { businessId: shop.businessId, clientId: shop.clientId, sellerId: shop.vendor.memberId };
    await shop.handle.transaction(async (tx) => {
      const [draft] = await tx
        .insert(salesTable)
        .values({ ...head, saleType: "credito", totalAmount: "19.00", saleDay: "2026-01-01" })
        .returning();
      await tx.insert(saleItems).values({
        ...{ businessId: shop.businessId, saleId: draft?.id ?? "", lineNumber: 1, productId: shop.pollo },
        ...{ productName: "Pollo", unit: "kg", quantity: "1", unitPrice: "9.50", subtotal: "9.50" },
      });
    });
  });
  await see(dues);
  await see(() => customers.debt(shop.clientId));
  await see(() => customers.debt(other.id));
  await see(() => stockOf(test, shop.pollo));
  seen.push((await violationsOf(test, shop.tenant)).map(({ kind }) => kind));
  return seen;
}

async function mutate(test: TestDatabase, { in: name, from, to }: Mutant): Promise<void> {
  await test.asOwner(async (owner) => {
    const { rows } = await owner.query<{ text: string }>(
      "select pg_get_functiondef(oid) as text from pg_proc where pronamespace = 'sales'::regnamespace and proname = $1",
      [name],
    );
    const text = rows[0]?.text ?? "";
    expect(text.split(from).length, `${name} has "${from}" once`).toBeGreaterThan(1);
    await owner.query(text.replace(from, to));
  });
}

describe("a fault in a function of sales", () => {
  it("comes out in a short life of a business", async () => {
    const healthy = await inDatabase(life);
    expect(JSON.stringify(healthy)).not.toContain("differs");
    const unseen: string[] = [];
    for (const mutant of mutants) {
      const outcome = await inDatabase(async (test) => {
        await mutate(test, mutant);
        return life(test).catch((error: Error) => error.message);
      });
      if (JSON.stringify(outcome) === JSON.stringify(healthy)) unseen.push(mutant.name);
    }
    expect(unseen).toEqual([]);
    expect(await inDatabase(life)).toEqual(healthy);
  });
});

async function inDatabase<T>(work: (test: TestDatabase) => Promise<T>): Promise<T> {
  const test = await createTestDatabase();
  try {
    return await work(test);
  } finally {
    await test.close();
  }
}
