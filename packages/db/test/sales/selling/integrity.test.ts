import { describe, expect } from "vitest";
import { ownerRows } from "../../kit/sql";
import { freshShop as it, onCredit, type Shop } from "../kit/shop";
import { violationsOf } from "../kit/violations";
import { leave } from "../routes/kit";

interface Made {
  open: string;
  paid: string;
  voided: string;
  corrected: string;
  right: string;
  abono: string;
  voidAbono: string;
  clientId: string;
  other: string;
}

/** Sales and abonos of every kind. */
async function lived(shop: Shop): Promise<Made> {
  const { sales, abonos, customers } = shop.handle.sales;
  const reason = "Wrong";
  const pay = (amount: string) => abonos.record({ clientId: shop.clientId, amount, paymentMethod: "efectivo" });
  const paid = await sales.record(onCredit(shop, "20.00", { amountPaid: "5.00" }));
  const abono = await pay("15.00");
  const open = await sales.record(
    onCredit(shop, "30.00", { items: [{ productId: shop.pollo, gross: "4", tara: "1", unitPrice: "10" }] }),
  );
  const voided = await sales.record(onCredit(shop, "10.00", { amountPaid: "4.00" }));
  await sales.void(voided.id, { reason });
  const wrong = await sales.record(onCredit(shop, "12.00"));
  const right = await sales.correct(wrong.id, { ...onCredit(shop, "11.00"), reason });
  const voidAbono = await pay("7.00");
  await abonos.void(voidAbono.id, { reason });
  await sales.record({ saleType: "contado", items: [{ productId: shop.huevo, quantity: "3" }] });
  const route = await leave(shop, shop.vendor, [[shop.pollo, "5"]]);
  const item = { productId: shop.pollo, quantity: "2" };
  await shop.vendor.handle.sales.sales.record({ saleType: "contado", distribucionId: route.id, items: [item] });
  const other = await customers.create({ name: "Other" });
  return {
    open: open.id,
    paid: paid.id,
    voided: voided.id,
    corrected: wrong.id,
    right: right.id,
    abono: abono.id,
    voidAbono: voidAbono.id,
    clientId: shop.clientId,
    other: other.id,
  };
}

/** What the owner writes past all triggers, the kinds that it breaks, and the record that each is found at. */
interface Fault {
  sql: (made: Made) => string;
  found: (made: Made) => Record<string, string>;
  /** Kinds of stock and totals, which have tests of their own. */
  also?: string[];
}

const faults: Record<string, Fault> = {
  "a total": {
    sql: ({ open }) => `update sales.sales set total_amount = 31, balance_due = 31 where id = '${open}'`,
    found: ({ open, clientId }) => ({
      sale_total_differs: open,
      debt_entry_differs: open,
      debt_formula_differs: clientId,
      open_due_differs: clientId,
    }),
    also: ["sale_totals_differ"],
  },
  "a tara": {
    sql: ({ open }) => `update sales.sales set tara = 2 where id = '${open}'`,
    found: ({ open }) => ({ sale_tara_differs: open }),
  },
  "a net weight": {
    sql: ({ open }) => `update sales.sales set net_weight = 2 where id = '${open}'`,
    found: ({ open }) => ({ sale_net_weight_differs: open }),
  },
  "what is due": {
    sql: ({ open }) => `update sales.sales set balance_due = 29 where id = '${open}'`,
    found: ({ open, clientId }) => ({ sale_balance_differs: open, open_due_differs: clientId }),
  },
  "a refund": {
    sql: ({ voided }) => `update sales.refunds set amount = 3 where sale_id = '${voided}'`,
    found: ({ voided }) => ({ sale_refund_differs: voided }),
  },
  "a movement of stock": {
    sql: ({ paid }) => `update sales.stock_movements set quantity = -9 where source_id = '${paid}'`,
    found: ({ paid }) => ({ sale_stock_differs: paid }),
    also: ["stock_chain_broken", "stock_quantity_differs"],
  },
  "a movement that brings back": {
    sql: ({ voided }) => `delete from sales.stock_movements where source_id = '${voided}' and kind = 'sale_void'`,
    found: ({ voided }) => ({ sale_stock_differs: voided }),
    also: ["stock_chain_broken", "stock_quantity_differs", "stock_version_differs"],
  },
  "a corrected sale": {
    sql: ({ right, open }) => `update sales.sales set corrects_sale_id = '${open}' where id = '${right}'`,
    found: ({ right }) => ({ corrected_sale_stands: right }),
  },
  "what is allocated": {
    sql: ({ abono }) => `update sales.abonos set allocated_amount = 14 where id = '${abono}'`,
    found: ({ abono, clientId }) => ({ abono_allocated_differs: abono, credit_differs: clientId }),
  },
  "an abono's refund": {
    sql: ({ voidAbono }) => `delete from sales.refunds where abono_id = '${voidAbono}'`,
    found: ({ voidAbono }) => ({ abono_refund_differs: voidAbono }),
  },
  "a balance": {
    sql: ({ clientId }) =>
      `update sales.customer_balances set open_due = open_due + 1, credit = credit + 1 where client_id = '${clientId}'`,
    found: ({ clientId }) => ({ open_due_differs: clientId, credit_differs: clientId }),
  },
  "a debt": {
    sql: ({ other }) => `update sales.customer_balances set open_due = 1 where client_id = '${other}'`,
    found: ({ other }) => ({ debt_differs: other, debt_formula_differs: other, open_due_differs: other }),
  },
  "a number of entries": {
    sql: ({ clientId }) => `update sales.customer_balances set version = version + 1 where client_id = '${clientId}'`,
    found: ({ clientId }) => ({ debt_count_differs: clientId }),
  },
};

describe("what does not hold of sales, abonos and debts", () => {
  it("is nothing where functions wrote alone", async ({ test, acme, shop }) => {
    await lived(shop);
    expect(await violationsOf(test, acme)).toEqual([]);
  });

  it.for(Object.entries(faults))("is found: %s", async ([_name, { sql, found, also = [] }], { test, acme, shop }) => {
    const made = await lived(shop);
    await test.asOwner(async (owner) => {
      await owner.query("begin; set local session_replication_role = replica");
      expect((await owner.query(sql(made))).rowCount).toBe(1);
      await owner.query("commit");
    });
    const violations = await violationsOf(test, acme);
    const records = Object.fromEntries(violations.map((each) => [each.kind, each.record_id]));
    expect(Object.keys(records).sort()).toEqual([...Object.keys(found(made)), ...also].sort());
    expect(records).toMatchObject(found(made));
    for (const { business_id, record_table, detail } of violations) {
      expect([business_id, record_table.slice(0, 6), detail.charAt(0)]).toEqual([
        shop.businessId,
        "sales.",
        detail.charAt(0).toUpperCase(),
      ]);
    }
  });

  it("is found: entries and allocations that do not fit their neighbours", async ({ test, acme, shop }) => {
    const { open, abono, other, clientId } = await lived(shop);
    const plant = (text: string) =>
      test.asOwner((owner) => owner.query(`begin; set local session_replication_role = replica; ${text}; commit`));
    await plant(`update sales.debt_entries set balance_after = 99 where source_id = '${open}'`);
    expect(new Set((await violationsOf(test, acme)).map(({ kind }) => kind))).toEqual(new Set(["debt_chain_broken"]));
    await plant(`update sales.abonos set client_id = '${other}' where id = '${abono}'`);
    await plant(`update sales.abono_allocations set allocated_on = '2020-01-01' where abono_id = '${abono}'`);
    const kinds = new Set((await violationsOf(test, acme)).map(({ kind }) => kind));
    expect(kinds).toContain("allocation_customer_differs");
    expect(kinds).toContain("allocation_early");
    const named = await ownerRows(
      test,
      "select string_agg(pg_get_viewdef(oid), ' ') as text from pg_class where relname ~ '^violations_of_(sales|abonos|debts)$' and relnamespace = 'sales'::regnamespace",
    );
    const all = new Set(String(named[0]?.text).match(/(?<=')[a-z]+_[a-z_]+(?='::text)/g));
    for (const kind of ["sale_void", "abono_void"]) all.delete(kind);
    const known = [...Object.values(faults)].flatMap(({ found }) => Object.keys(found({ clientId } as never)));
    const here = ["debt_chain_broken", "allocation_customer_differs", "allocation_early"];
    expect([...all].sort()).toEqual([...new Set([...known, ...here])].sort());
  });
});
