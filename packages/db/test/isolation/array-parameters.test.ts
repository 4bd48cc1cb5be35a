import { eq } from "drizzle-orm";
import type pg from "pg";
import { describe, expect } from "vitest";
import { domains } from "../../src/domains";
import { newId } from "../../src/index";
import { businesses, businessUsers, products } from "../../src/sales";
import { beginAsTenant, scopeToTenant } from "../../src/testing";
import { freshBooks } from "../accounting/kit/books";
import { snapshotOf } from "../kit/snapshot";
import { asLogin } from "../kit/sql";

/*
 * Functions with array parameters that a login may call: what goes together must have the same positions, or one part of
 * the function reads other values than another part checked. Every malformation of every parameter is tried.
 */

/** A call that succeeds: each array by its elements, as SQL literals or null. */
interface ValidCall {
  args: Record<string, readonly (string | null)[]>;
  /** Parameters whose elements may be NULL. */
  nullable: readonly string[];
  /** Parameters whose elements differ from one another. */
  distinct: readonly string[];
  /** A parameter that would be trusted with positions from 0 if nothing looked at them. */
  trusted: string;
}

interface Books {
  /** A business of sales has this id as well. */
  companyId: string;
  pair: readonly [string, string];
  products: readonly [string, string];
  memberId: string;
  clientId: string;
}

const postJournal = ({ companyId, pair }: Pick<Books, "companyId" | "pair">): ValidCall => ({
  args: {
    p_entry_id: [newId(), newId()],
    p_company_id: [companyId, companyId],
    p_entry_date: ["2026-02-01", "2026-03-01"],
    p_description: ["one", "two"],
    p_reference: ["r1", "r2"],
    p_idempotency_key: ["k1", "k2"],
    p_request_hash: ["h1", "h2"],
    p_line_entry: ["1", "1", "2", "2"],
    p_line_id: [newId(), newId(), newId(), newId()],
    p_account_id: [pair[0], pair[1], pair[1], pair[0]],
    p_currency: ["USD", "USD", "USD", "USD"],
    p_debit: ["5.00", "0", "7.00", "0"],
    p_credit: ["0", "5.00", "0", "7.00"],
    p_base_amount: ["5.00", "5.00", "7.00", "7.00"],
    p_rate: ["1", "1", "1", "1"],
    p_is_exchange_difference: ["false", "false", "false", "false"],
    p_line_description: ["a", "b", "c", "d"],
  },
  nullable: [
    ...["p_description", "p_reference", "p_idempotency_key", "p_request_hash", "p_currency"],
    ...["p_base_amount", "p_rate", "p_is_exchange_difference", "p_line_description"],
  ],
  distinct: ["p_entry_id", "p_line_id"],
  trusted: "p_entry_date",
});

const moveStock = ({ companyId, products }: Books): ValidCall => ({
  args: {
    p_id: [newId(), newId()],
    p_business_id: [companyId, companyId],
    p_product_id: products,
    p_kind: ["receipt", "receipt"],
    p_quantity: ["5.000", "7.000"],
    p_unit_cost: ["1.0000", "2.0000"],
    p_reason: ["bought", "found"],
    p_idempotency_key: ["k1", "k2"],
    p_request_hash: ["h1", "h2"],
  },
  nullable: ["p_unit_cost", "p_reason", "p_idempotency_key", "p_request_hash"],
  distinct: ["p_id"],
  trusted: "p_reason",
});

const recordAbonos = ({ companyId, memberId, clientId }: Books): ValidCall => ({
  args: {
    p_id: [newId(), newId()],
    p_business_id: [companyId, companyId],
    p_client_id: [clientId, clientId],
    p_seller_id: [memberId, memberId],
    p_distribucion_id: [null, null],
    p_amount: ["5.00", "7.00"],
    p_payment_method: ["efectivo", "yape"],
    p_notes: ["one", "two"],
    p_abono_date: ["2026-01-01T10:00:00Z", "2026-01-02T10:00:00Z"],
    p_allocations: ['"oldest"', "[]"],
    p_idempotency_key: ["a1", "a2"],
    p_request_hash: ["h1", "h2"],
  },
  nullable: [
    ...["p_seller_id", "p_distribucion_id", "p_notes", "p_abono_date", "p_allocations"],
    ...["p_idempotency_key", "p_request_hash"],
  ],
  distinct: ["p_id"],
  trusted: "p_notes",
});

const recordSales = ({ companyId, memberId, clientId, products }: Books): ValidCall => ({
  args: {
    p_id: [newId(), newId()],
    p_business_id: [companyId, companyId],
    p_client_id: [clientId, clientId],
    p_seller_id: [memberId, memberId],
    p_distribucion_id: [null, null],
    p_order_id: [null, null],
    p_sale_type: ["credito", "credito"],
    p_amount_paid: ["0.00", "1.00"],
    p_payment_method: ["efectivo", "yape"],
    p_use_credit: ["false", "false"],
    p_sale_date: ["2026-01-01T10:00:00Z", "2026-01-02T10:00:00Z"],
    p_corrects_sale_id: [null, null],
    p_void_reason: [null, null],
    p_idempotency_key: ["s1", "s2"],
    p_request_hash: ["h1", "h2"],
    p_item_sale: ["1", "2"],
    p_item_id: [newId(), newId()],
    p_product_id: products,
    p_gross: [null, "3.000"],
    p_tara: [null, "1.000"],
    p_quantity: ["2.000", null],
    p_unit_price: ["9.50", "9.50"],
  },
  nullable: [
    ...["p_client_id", "p_seller_id", "p_distribucion_id", "p_order_id", "p_amount_paid", "p_payment_method"],
    ...["p_sale_date", "p_corrects_sale_id", "p_void_reason", "p_idempotency_key", "p_request_hash"],
    ...["p_gross", "p_tara", "p_quantity", "p_unit_price"],
  ],
  distinct: ["p_id", "p_item_id"],
  trusted: "p_sale_date",
});

/** A valid call of each function, by its name: one that is new needs a line here. */
const calls: Record<string, (books: Books) => ValidCall> = {
  "accounting.post_journal": postJournal,
  "sales.move_stock": moveStock,
  "sales.record_abonos": recordAbonos,
  "sales.record_sales": recordSales,
};

interface Callable {
  name: string;
  params: { name: string; type: string }[];
}

/** Functions with an array parameter that a login's group may execute. IMMUTABLE ones neither read nor write anything. */
async function callables(client: pg.ClientBase): Promise<Callable[]> {
  const schemas = Object.values(domains).flatMap((domain) => domain.schemas.map(({ schemaName }) => schemaName));
  const { rows } = await client.query<Callable>(
    `select p.pronamespace::regnamespace || '.' || p.proname as name,
       jsonb_agg(jsonb_build_object('name', p.proargnames[a.position], 'type', format_type(a.type, null))
         order by a.position) as params
     from pg_proc p cross join lateral unnest(p.proargtypes::oid[]) with ordinality as a (type, position)
     where p.pronamespace::regnamespace::text = any ($1) and p.provolatile <> 'i'
       and exists (select from unnest(p.proargtypes::oid[]) t join pg_type y on y.oid = t and y.typcategory = 'A')
       and exists (select from unnest(array['authenticated', 'platform', 'identity']) r
                   where has_function_privilege(r, p.oid, 'execute'))
     group by p.oid, p.pronamespace, p.proname order by 1`,
    [schemas],
  );
  return rows;
}

const sqlArray = (type: string, values: readonly (string | null)[]) =>
  `array[${values.map((value) => (value === null ? "null" : `'${value}'`)).join(", ")}]::${type}`;

const callOf = ({ name, params }: Callable, args: Record<string, string>) =>
  `select * from ${name}(${params.map((param) => args[param.name]).join(", ")})`;

/** The wrong forms of an array, by what is wrong with them. */
function malformed(type: string, values: readonly (string | null)[], of: { nullable: boolean; distinct: boolean }) {
  const right = sqlArray(type, values);
  const moved = (from: number) => `('[${from}:${from + values.length - 1}]=' || (${right})::text)::${type}`;
  const nested = values.map((value) => (value === null ? "[null]" : `['${value}']`)).join(", ");
  return {
    "positions from 0": moved(0),
    "positions from 2": moved(2),
    "positions from -1": moved(-1),
    "a column of rows": `array[${nested}]::${type}`,
    "a row of columns": `array[${right}]`,
    "one too few": sqlArray(type, values.slice(0, -1)),
    "one too many": sqlArray(type, [...values, values[0] ?? null]),
    one: sqlArray(type, values.slice(0, 1)),
    empty: `'{}'::${type}`,
    null: `null::${type}`,
    ...(of.nullable ? {} : { "a NULL at the end": sqlArray(type, [...values.slice(0, -1), null]) }),
    ...(of.distinct
      ? {
          "an element twice": sqlArray(
            type,
            values.map(() => values[0] ?? null),
          ),
        }
      : {}),
  };
}

function validCall({ name }: Callable, books: Books): ValidCall {
  const valid = calls[name]?.(books);
  if (!valid) throw new TypeError(`${name} has no valid call here`);
  return valid;
}

const arraysOf = ({ params }: Callable, { args }: ValidCall) =>
  Object.fromEntries(params.map(({ name, type }) => [name, sqlArray(type, args[name] ?? [])]));

/** The malformations that are not refused by the name of their parameter. */
async function accepted(client: pg.Client, callable: Callable, valid: ValidCall): Promise<string[]> {
  const found: string[] = [];
  for (const { name, type } of callable.params) {
    const of = { nullable: valid.nullable.includes(name), distinct: valid.distinct.includes(name) };
    for (const [what, wrong] of Object.entries(malformed(type, valid.args[name] ?? [], of))) {
      const { code, message } = await refusedBy(
        client,
        callOf(callable, { ...arraysOf(callable, valid), [name]: wrong }),
      );
      // An id that is there twice may also be refused by its key.
      const isKey = what === "an element twice" && code === "23505";
      if (!isKey && (code !== "ZT002" || !message.includes(name))) found.push(`${name}: ${what}`);
    }
  }
  return found;
}

const it = freshBooks.extend("shop", async ({ acme }) => {
  const made = await acme.handle
    .insert(products)
    .values(
      ["Pollo", "Huevo"].map((name) => ({ businessId: acme.company.id, name, type: "otro", unit: "kg" }) as const),
    )
    .returning();
  const [first = "", second = ""] = made.map(({ id }) => id);
  // Goods to sell.
  const sold = acme.handle.update(businesses).set({ permitirVentaSinStock: true });
  await sold.where(eq(businesses.id, acme.company.id));
  const [member] = await acme.handle.select().from(businessUsers);
  const client = await acme.handle.sales.customers.create({ businessId: acme.company.id, name: "Rosa" });
  return { products: [first, second] as const, memberId: member?.id ?? "", clientId: client.id };
});

describe("array parameters of callable functions", () => {
  it("are refused in every wrong form, by the parameter's name, and change nothing", async ({
    test,
    acme,
    pair,
    shop,
  }) => {
    await asLogin(test.urls.runtime, async (client) => {
      await beginAsTenant(client, acme.tenant.id);
      const found = await callables(client);
      expect(found.map(({ name }) => name)).toEqual(Object.keys(calls));
      for (const callable of found) {
        const valid = validCall(callable, { companyId: acme.company.id, pair, ...shop });
        const before = await snapshotOf(client);
        expect(await accepted(client, callable, valid)).toEqual([]);
        expect(await snapshotOf(client)).toEqual(before);
        expect((await client.query(callOf(callable, arraysOf(callable, valid)))).rowCount).toBe(2);
      }
      await client.query("rollback");
    });
  });

  it("are found to be trusted where nothing looks at them", async ({ test, acme, pair, shop }) => {
    await test.asOwner(async (client) => {
      await client.query("begin");
      await client.query(`create or replace function tenancy.require_arrays(p_names text[], p_dims text[], p_nulls int[])
        returns int language sql immutable as 'select right(split_part(p_dims[1], '']'', 1), 1)::int'`);
      await client.query("set local role authenticated");
      await scopeToTenant(client, acme.tenant.id);
      for (const callable of await callables(client)) {
        const valid = validCall(callable, { companyId: acme.company.id, pair, ...shop });
        expect(await accepted(client, callable, valid)).toContain(`${valid.trusted}: positions from 0`);
      }
      await client.query("rollback");
    });
  });

  it("do not open a closed month to an entry whose key was used", async ({ test, acme, pair, books }) => {
    const { journal, periods } = acme.handle.accounting;
    const companyId = acme.company.id;
    const lines = [
      { accountId: pair[0], debit: "1.00" },
      { accountId: pair[1], credit: "1.00" },
    ];
    await journal.post({ companyId, date: "2026-02-10", idempotencyKey: "k1", lines });
    const [january] = await periods.createYear({ companyId, startsOn: "2026-01-01", months: 2 });
    await periods.close(january?.id ?? "");
    expect((await acme.handle.accounting.books.getByCompany(books.companyId)).closedThrough).toBe("2026-01-31");
    await asLogin(test.urls.runtime, async (client) => {
      await beginAsTenant(client, acme.tenant.id);
      const [callable] = await callables(client);
      const { args } = postJournal({ companyId, pair });
      const right = Object.fromEntries(
        (callable?.params ?? []).map(({ name, type }) => [name, sqlArray(type, args[name] ?? [])]),
      );
      const dates = "'[0:1]={2026-02-10,2026-01-10}'::date[]";
      const text = callable ? callOf(callable, { ...right, p_entry_date: dates }) : "";
      expect((await refusedBy(client, text)).message).toContain("p_entry_date");
      await client.query("rollback");
    });
  });

  it("take no rate of 0 or less, and no negative amount in base currency, nor NaN", async ({ test, acme, pair }) => {
    await asLogin(test.urls.runtime, async (client) => {
      await beginAsTenant(client, acme.tenant.id);
      const [callable] = await callables(client);
      const { args } = postJournal({ companyId: acme.company.id, pair });
      for (const [name, values] of [
        ["p_rate", ["0", "-1", "NaN", "-Infinity", "0.00000000"]],
        ["p_base_amount", ["-5.00", "NaN", "-Infinity"]],
        ["p_debit", ["NaN", "-1", "Infinity"]],
      ] as const) {
        for (const value of values) {
          const given = { ...args, [name]: [value, ...(args[name] ?? []).slice(1)] };
          // A rate counts where no base amount is given, and in another currency.
          if (name === "p_rate") Object.assign(given, { p_base_amount: [null, null, null, null] });
          const text = callOf(
            callable as Callable,
            Object.fromEntries(
              (callable?.params ?? []).map((param) => [param.name, sqlArray(param.type, given[param.name] ?? [])]),
            ),
          );
          const { code, message } = await refusedBy(client, text);
          if (name === "p_debit") expect(["ZT002", "22003", "23514"], value).toContain(code);
          else expect([code, message.includes(name)], value).toEqual(["ZT002", true]);
        }
      }
      await client.query("rollback");
    });
  });
});

async function refusedBy(client: pg.Client, text: string): Promise<pg.DatabaseError> {
  await client.query("savepoint one");
  const error = await client.query(text).then(
    () => new Error(`not refused: ${text}`),
    (refusal: pg.DatabaseError) => refusal,
  );
  await client.query("rollback to savepoint one");
  return error as pg.DatabaseError;
}
