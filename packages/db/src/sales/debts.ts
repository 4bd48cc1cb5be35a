import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import type { Unit } from "../client/unit";
import type { ChoiceOf } from "../core/choice";
import { pgUuid } from "../core/column-kinds";
import { found } from "../core/found";
import { listBy, SortKey } from "../core/lists";
import type { Params } from "../core/statement";
import { customerBalances, customers, type debtKind } from "./schema";
import { sqlStatement, statement } from "./statements";

/** What a customer owes. Amounts have two decimals; `balance` = `openDue` − `credit`. */
export interface Debt {
  /** Below zero the customer has paid ahead. */
  balance: string;
  /** What is open on sales. */
  openDue: string;
  /** What of abonos is allocated to no sale. */
  credit: string;
}

/** A line of a statement of account. */
export interface DebtMovement {
  /** The business's day. */
  day: string;
  kind: ChoiceOf<typeof debtKind>;
  /** The sale or abono. */
  sourceId: string;
  /** Above zero: the debt grows. */
  amount: string;
  /** The debt after it. */
  balance: string;
}

/** A customer's account between two days. */
export interface AccountStatement {
  opening: string;
  movements: DebtMovement[];
  closing: string;
}

const findDebt = statement("sales.customers.debt", (q, p: Params<{ id: string }>) =>
  q
    .select({
      balance: sql<string>`${customerBalances.balance}::text`,
      openDue: customerBalances.openDue,
      credit: customerBalances.credit,
    })
    .from(customerBalances)
    .where(and(eq(customerBalances.tenantId, p.tenantId), eq(customerBalances.clientId, p.id))),
);

export async function debtOf(unit: Unit, id: string): Promise<Debt> {
  const [debt] = await unit.run(findDebt, { id });
  return found(debt, "customer");
}

/** The customer's entries of a period by day. Without any there is one row, which has the opening debt alone. */
const findStatement = sqlStatement(
  "sales.customers.statement",
  (q) =>
    q
      .select({
        opening: sql<string>`''`,
        day: sql<string | null>`null`,
        kind: sql<DebtMovement["kind"] | null>`null`,
        sourceId: sql<string | null>`null`,
        amount: sql<string | null>`null`,
        balance: sql<string | null>`null`,
      })
      .from(customerBalances),
  (p: Params<{ id: string; from: string; to: string }>) => sql`
    select o.opening::text, e.day::text, e.kind, e.source_id, e.amount::text,
      (o.opening + sum(e.amount) over (order by e.day, e.client_version))::text
    from sales.customer_balances b
    cross join lateral (
      select coalesce(sum(d.amount), 0)::numeric(12, 2) as opening from sales.debt_entries d
      where d.tenant_id = ${p.tenantId}::uuid and d.client_id = b.client_id and d.day < ${p.from}::date
    ) o
    left join sales.debt_entries e on e.tenant_id = ${p.tenantId}::uuid and e.client_id = b.client_id
      and e.day between ${p.from}::date and ${p.to}::date
    where b.tenant_id = ${p.tenantId}::uuid and b.client_id = ${p.id}::uuid
    order by e.day, e.client_version`,
);

export async function statementOf(
  unit: Unit,
  id: string,
  { from = "0001-01-01", to = "9999-12-31" }: { from?: string | undefined; to?: string | undefined },
): Promise<AccountStatement> {
  const rows = await unit.run(findStatement, { id, from, to });
  const { opening } = found(rows[0], "customer");
  const movements = rows.flatMap(({ opening: _opening, ...entry }) => (isMovement(entry) ? [entry] : []));
  return { opening, movements, closing: movements.at(-1)?.balance ?? opening };
}

const isMovement = (entry: { [K in keyof DebtMovement]: DebtMovement[K] | null }): entry is DebtMovement =>
  entry.sourceId !== null;

const byDebt = new SortKey(customerBalances, ["owedCents", "id"], "desc");

interface DebtorParams {
  businessId: string;
  limit: number;
  after_owedCents: string;
  after_id: string;
}

const findDebtors = sqlStatement(
  "sales.customers.debtors",
  (q) =>
    q
      .select({
        id: customerBalances.id,
        owedCents: customerBalances.owedCents,
        customerId: customers.id,
        name: customers.name,
        phone: customers.phone,
        creditLimit: customers.creditLimit,
        balance: sql<string>`''`,
        openDue: customerBalances.openDue,
        credit: customerBalances.credit,
        oldestDay: sql<string | null>`null`,
        upTo30: sql<string>`''`,
        upTo60: sql<string>`''`,
        upTo90: sql<string>`''`,
        older: sql<string>`''`,
      })
      .from(customerBalances)
      .innerJoin(customers, eq(customers.id, customerBalances.clientId)),
  (p: Params<DebtorParams>) => sql`
    select b.id, b.owed_cents, c.id, c.name, c.phone, c.credit_limit, b.balance::text, b.open_due, b.credit, a.oldest::text,
      a.up_to_30::text, a.up_to_60::text, a.up_to_90::text, a.older::text
    from (
      select d.* from sales.customer_balances d
      where d.tenant_id = ${p.tenantId}::uuid and d.business_id = ${p.businessId}::uuid and d.owed_cents > 0
        and ${byDebt.after(p, "d")}
      order by d.owed_cents desc, d.id desc limit ${p.limit}
    ) b
    join sales.customers c on c.tenant_id = ${p.tenantId}::uuid and c.id = b.client_id
    cross join (select sales.business_day(${p.businessId}::uuid, now()) as today) t
    cross join lateral (
      select min(s.sale_day) as oldest,
        coalesce(sum(s.balance_due) filter (where t.today - s.sale_day <= 30), 0)::numeric(12, 2) as up_to_30,
        coalesce(sum(s.balance_due) filter (where t.today - s.sale_day between 31 and 60), 0)::numeric(12, 2) as up_to_60,
        coalesce(sum(s.balance_due) filter (where t.today - s.sale_day between 61 and 90), 0)::numeric(12, 2) as up_to_90,
        coalesce(sum(s.balance_due) filter (where t.today - s.sale_day > 90), 0)::numeric(12, 2) as older
      from sales.sales s
      where s.tenant_id = ${p.tenantId}::uuid and s.client_id = b.client_id and s.balance_due > 0
    ) a
    order by b.owed_cents desc, b.id desc`,
);

/** Who owes the business, the largest debt first. */
export const listDebtors = listBy(z.object({ businessId: pgUuid() }).strict(), byDebt, (unit, filter, position) =>
  unit.run(findDebtors, { ...filter, ...position }),
);

/** A customer who owes, with what is open by its age in days. `id` is that of the balance, `oldestDay` of the oldest open sale. */
export type Debtor = Awaited<ReturnType<typeof listDebtors>>["items"][number];
