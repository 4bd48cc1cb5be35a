import { sql } from "drizzle-orm";
import { boolean, check, date, foreignKey, integer, text, unique, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accounting, customers } from "../../src/accounting";
import { choice } from "../../src/core/choice";
import { currencyCode, instant, money, timestamps } from "../../src/core/columns";
import { tenantTable, tenantTables } from "../../src/core/tenant-table";
import { companies } from "../../src/tenancy";
import { type Arena, openArena } from "./arena";
import { breachesOf } from "./checks/all";

/*
 * A table that no test was written for, with all that makes a row hard to make up: two parents of one kind, itself as
 * a parent, choices that a CHECK narrows, keys that are partial or over an expression, triggers that refuse.
 */
const kind = choice(["cash", "card", "cheque"]);
const state = choice(["open", "closed"]);

tenantTable(
  accounting,
  "transfers",
  {
    companyId: uuid("company_id").notNull(),
    fromId: uuid("from_id").notNull(),
    toId: uuid("to_id").notNull(),
    parentId: uuid("parent_id"),
    kind: kind.column("kind").notNull(),
    state: state.column("state").notNull().default("open"),
    closedAt: instant("closed_at"),
    title: text("title").notNull(),
    amount: money("amount").notNull(),
    currency: currencyCode("currency").notNull(),
    counterCurrency: currencyCode("counter_currency").notNull(),
    month: integer("month").notNull(),
    startDate: date("start_date").notNull(),
    endDate: date("end_date").notNull(),
    tags: text("tags").array().notNull(),
    isDefault: boolean("is_default").notNull().default(false),
    ...timestamps(),
  },
  {
    audit: "all",
    access: "no-delete",
    references: {
      companyId: { table: companies, index: false },
      fromId: { table: customers, within: "companyId" },
      toId: { table: customers, within: "companyId" },
    },
    extra: (t) => [
      foreignKey({
        name: "transfers_parent_id_fkey",
        columns: [t.tenantId, t.companyId, t.parentId],
        foreignColumns: [t.tenantId, t.companyId, t.id],
      }),
      unique("transfers_company_id_id_unique").on(t.tenantId, t.companyId, t.id),
      unique("transfers_month_unique").on(t.tenantId, t.companyId, t.month),
      uniqueIndex("idx_transfers_default").on(t.tenantId, t.companyId).where(sql`${t.isDefault}`),
      uniqueIndex("idx_transfers_title").on(t.tenantId, sql`lower(${t.title})`),
      uniqueIndex("idx_transfers_closed_at").on(t.tenantId, t.closedAt).where(sql`${t.state} = 'closed'`),
      check("transfers_ends_check", sql`${t.fromId} <> ${t.toId}`),
    ],
  },
);

const wall = (column: string) => `${column} = (select tenancy.current_${column}())`;
const company = `(select tenancy.current_company_id()) is null or ${wall("company_id")}`;
const definition = `
  create table accounting.transfers (
    tenant_id uuid default tenancy.current_tenant_id() references tenancy.tenants, id uuid default gen_random_uuid(),
    company_id uuid not null, from_id uuid not null, to_id uuid not null, parent_id uuid,
    kind text not null check (kind = 'card'), state text not null default 'open', closed_at timestamptz(3),
    title text not null, amount numeric(15,2) not null check (amount > 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'), counter_currency text not null,
    month integer not null, start_date date not null, end_date date not null, tags text[] not null,
    is_default boolean not null default false,
    created_at timestamptz(3) not null default now(), updated_at timestamptz(3) not null default now(),
    constraint transfers_pkey primary key (tenant_id, id),
    constraint transfers_company_id_id_unique unique (tenant_id, company_id, id),
    constraint transfers_month_unique unique (tenant_id, company_id, month),
    check (from_id <> to_id), check (end_date > start_date), check (counter_currency <> currency),
    check ((state = 'closed') = (closed_at is not null)),
    constraint transfers_company_id_fkey foreign key (tenant_id, company_id) references tenancy.companies,
    constraint transfers_from_id_fkey foreign key (tenant_id, company_id, from_id)
      references accounting.customers (tenant_id, company_id, id),
    constraint transfers_to_id_fkey foreign key (tenant_id, company_id, to_id)
      references accounting.customers (tenant_id, company_id, id),
    constraint transfers_parent_id_fkey foreign key (tenant_id, company_id, parent_id)
      references accounting.transfers (tenant_id, company_id, id)
  );
  create unique index idx_transfers_default on accounting.transfers (tenant_id, company_id) where is_default;
  create unique index idx_transfers_title on accounting.transfers (tenant_id, lower(title));
  create unique index idx_transfers_closed_at on accounting.transfers (tenant_id, closed_at) where state = 'closed';
  create policy tenant_isolation on accounting.transfers to authenticated
    using (${wall("tenant_id")}) with check (${wall("tenant_id")});
  create policy company_isolation on accounting.transfers as restrictive to authenticated
    using (${company}) with check (${company});
  select tenancy.protect_table('accounting.transfers', 'no-delete', 'all');
  create function accounting.refuse_transfer() returns trigger language plpgsql as $$ begin
    raise exception using errcode = 'ZT002', message = 'Transfers are only made by their own operation';
  end $$;
  create trigger refuse_transfer before insert or update on accounting.transfers
    for each row execute function accounting.refuse_transfer()`;

const entry = tenantTables().find(({ name }) => name === "accounting.transfers");
let arena: Arena;

beforeAll(async () => {
  arena = await openArena();
  await arena.duel.owner.query(definition);
});
afterAll(() => arena.close());

const allBreaches = () => {
  if (!entry) throw new TypeError("The table is not registered");
  return breachesOf(arena, entry);
};

describe("a table that no test was written for", () => {
  it("is attacked from its definition alone, and holds", async () => {
    expect(await allBreaches()).toEqual([]);
  });

  it("is found open when one of its keys or policies is", async () => {
    await arena.duel.owner.query(`
      create unique index loose_title on accounting.transfers (upper(title));
      alter table accounting.transfers drop constraint transfers_to_id_fkey;
      alter policy company_isolation on accounting.transfers with check (true)`);
    const attacks = new Set((await allBreaches()).map((breach) => breach.attack));
    expect([...attacks].sort()).toEqual([
      "foreign key transfers_to_id_fkey",
      "insert",
      "merge: insert",
      "move all",
      "unique key idx_transfers_title",
      "unique key loose_title",
    ]);
  });
});
