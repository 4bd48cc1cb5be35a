import { newId } from "@org/db";
import type pg from "pg";
import { inTransaction } from "../copy";
import type { LedgerArena } from "./arena";
import type { Transfer } from "./transfers";

type Books = Pick<LedgerArena, "tenantId" | "companyId" | "writer">;

const entryText = `
  insert into accounting.journal_entries (tenant_id, id, company_id, entry_date) values ($1, $2, $3, $4)`;

const periodText = `
  select closed_through from accounting.books where tenant_id = $1 and company_id = $2 for key share`;

const accountsText = `
  select id, is_active, currency from accounting.accounts
  where tenant_id = $1 and company_id = $2 and id in ($3, $4)`;

const lockText = `
  select account_id, balance, version from accounting.account_balances
  where tenant_id = $1 and account_id in ($2, $3) order by account_id for no key update`;

const lineText = `
  insert into accounting.journal_lines
    (tenant_id, id, company_id, entry_id, line_number, account_id, entry_date, currency, debit, credit, base_debit,
     base_credit, account_version, balance_after)
  values ($1, $2, $3, $4, $5, $6, $7, 'USD', $8, $9, $8, $9, $10::bigint + 1, $11::numeric + $8 - $9)`;

const balanceText = `
  update accounting.account_balances set balance = balance + $3::numeric - $4::numeric, version = version + 1
  where tenant_id = $1 and account_id = $2`;

const totalText = `
  insert into accounting.period_totals as t
    (tenant_id, company_id, account_id, month, currency, debit, credit, base_debit, base_credit)
  values ($1, $2, $3, date_trunc('month', $4::date), 'USD', $5, $6, $5, $6)
  on conflict (tenant_id, company_id, account_id, month, currency) do update
  set debit = t.debit + excluded.debit, credit = t.credit + excluded.credit,
    base_debit = t.base_debit + excluded.base_debit, base_credit = t.base_credit + excluded.base_credit`;

const scopeText = "select set_config('app.current_tenant_id', $1, true)";

/**
 * Posts transfers in one transaction as one writes it by hand, with the checks that keep books right: the period is open,
 * the accounts take the entry. Then it locks both balances in one order and writes each row with a statement of its own.
 * Returns the ids of the entries.
 */
export function postNaively(books: Books, transfers: readonly Transfer[]): Promise<string[]> {
  return inBooks(books, transfers, async (client, transfer) => {
    await checkEntry(client, books, transfer);
    return writeEntry(client, books, transfer);
  });
}

/** The same without the checks: whoever calls it must know that the entry may be posted, and that nobody closes the period. */
export function postUnchecked(books: Books, transfers: readonly Transfer[]): Promise<string[]> {
  return inBooks(books, transfers, (client, transfer) => writeEntry(client, books, transfer));
}

type PostOne = (client: pg.PoolClient, transfer: Transfer) => Promise<string>;

function inBooks(books: Books, transfers: readonly Transfer[], post: PostOne): Promise<string[]> {
  return inTransaction(books.writer, async (client) => {
    await client.query({ name: "scope", text: scopeText, values: [books.tenantId] });
    const ids: string[] = [];
    for (const transfer of transfers) ids.push(await post(client, transfer));
    return ids;
  });
}

async function checkEntry(client: pg.PoolClient, { tenantId, companyId }: Books, of: Transfer): Promise<void> {
  const period = await client.query({ name: "period", text: periodText, values: [tenantId, companyId] });
  const closedThrough: string | null = period.rows[0].closed_through;
  if (closedThrough !== null && of.date <= closedThrough) throw new RangeError("The period is closed");
  const values = [tenantId, companyId, of.debit, of.credit];
  const { rows } = await client.query({ name: "accounts", text: accountsText, values });
  const fits = rows.filter(({ is_active: isActive, currency }) => isActive && (currency ?? "USD") === "USD");
  if (fits.length < 2) throw new RangeError("An account does not take the entry");
}

async function writeEntry(client: pg.PoolClient, { tenantId, companyId }: Books, of: Transfer): Promise<string> {
  const id = newId();
  const run = (name: string, text: string, values: unknown[]) =>
    client.query({ name, text, values: [tenantId, ...values] });
  await run("entry", entryText, [id, companyId, of.date]);
  const { rows } = await run("lock", lockText, [of.debit, of.credit]);
  for (const { account_id: account, balance, version } of rows) {
    const [number, debit, credit] = account === of.debit ? [1, of.amount, "0"] : [2, "0", of.amount];
    await run("line", lineText, [newId(), companyId, id, number, account, of.date, debit, credit, version, balance]);
    await run("balance", balanceText, [account, debit, credit]);
    await run("total", totalText, [companyId, account, of.date, debit, credit]);
  }
  return id;
}

const allText = `
  with given (number, id, account_id, debit, credit) as (
    values (1, $5::uuid, $6::uuid, $9::numeric, 0::numeric), (2, $7::uuid, $8::uuid, 0::numeric, $9::numeric)
  ), entry as (
    insert into accounting.journal_entries (tenant_id, id, company_id, entry_date)
    values ($1::uuid, $2::uuid, $3::uuid, $4::date)
  ), locked as materialized (
    select account_id from accounting.account_balances
    where tenant_id = $1::uuid and account_id in ($6::uuid, $8::uuid) order by account_id for no key update
  ), moved as (
    update accounting.account_balances b
    set balance = b.balance + g.debit - g.credit, version = b.version + 1
    from locked l join given g on g.account_id = l.account_id
    where b.tenant_id = $1::uuid and b.account_id = l.account_id
    returning b.account_id, b.balance, b.version
  ), line as (
    insert into accounting.journal_lines
      (tenant_id, id, company_id, entry_id, line_number, account_id, entry_date, currency, debit, credit, base_debit,
       base_credit, account_version, balance_after)
    select $1::uuid, g.id, $3::uuid, $2::uuid, g.number, g.account_id, $4::date, 'USD', g.debit, g.credit, g.debit,
      g.credit, m.version, m.balance
    from given g join moved m on m.account_id = g.account_id
  )
  insert into accounting.period_totals as t
    (tenant_id, company_id, account_id, month, currency, debit, credit, base_debit, base_credit)
  select $1::uuid, $3::uuid, m.account_id, date_trunc('month', $4::date), 'USD', g.debit, g.credit, g.debit, g.credit
  from moved m join given g on g.account_id = m.account_id
  on conflict (tenant_id, company_id, account_id, month, currency) do update
  set debit = t.debit + excluded.debit, credit = t.credit + excluded.credit,
    base_debit = t.base_debit + excluded.base_debit, base_credit = t.base_credit + excluded.base_credit`;

/** The same rows by one statement between BEGIN, the scope and COMMIT. Returns the id of the entry. */
export function postInOneStatement({ writer, tenantId, companyId }: Books, of: Transfer): Promise<string> {
  const id = newId();
  return inTransaction(writer, async (client) => {
    await client.query({ name: "scope", text: scopeText, values: [tenantId] });
    const values = [tenantId, id, companyId, of.date, newId(), of.debit, newId(), of.credit, of.amount];
    await client.query({ name: "all", text: allText, values });
    return id;
  });
}
