import { randomBytes } from "node:crypto";
import { newId } from "@org/db";
import type { TestDatabase } from "@org/db/testing";
import pg from "pg";
import { type Arena, openArena } from "../arena";
import { entryOf, Transfers, threeYears } from "./transfers";

/** An arena whose company has accounts to post to. */
export type AccountsArena = Awaited<ReturnType<typeof openAccountsArena>>;

/** The same with a pool that may write the ledger's tables by hand. */
export type LedgerArena = Awaited<ReturnType<typeof openLedgerArena>>;

/** One tenant with one company, its standard chart and `accounts` more. */
export async function openAccountsArena(accounts: number) {
  const arena = await openArena(undefined);
  try {
    return { ...arena, accountIds: await addAccounts(arena, accounts) };
  } catch (error) {
    await arena.close();
    throw error;
  }
}

export async function openLedgerArena(accounts: number) {
  const arena = await openAccountsArena(accounts);
  const writer = await makeWriter(arena.test).catch(async (error) => {
    await arena.close();
    throw error;
  });
  const close = async () => {
    await arena.clients.close();
    await writer.drop();
    await arena.close();
  };
  try {
    await postSome(arena);
    return { ...arena, close, writer: arena.clients.pool(writer.url) };
  } catch (error) {
    await close();
    throw error;
  }
}

// Plans as a running system has them.
async function postSome({ test, acme, companyId, accountIds }: AccountsArena): Promise<void> {
  // So many new accounts and no statistics: the server would read all of them for each line.
  await test.asOwner((owner) => owner.query("analyze"));
  const transfers = new Transfers(accountIds, threeYears).take(accountIds.length);
  await acme.handle.accounting.journal.postMany(transfers.map((transfer) => entryOf(companyId, transfer)));
  await test.asOwner((owner) => owner.query("vacuum analyze"));
}

const types = ["asset", "liability", "equity", "income", "expense"];

// The trigger that opens the balances needs a scope, the owner too.
async function addAccounts({ test, tenantId, companyId }: Arena, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId());
  await test.asOwner(async (owner) => {
    await owner.query("select set_config('app.current_tenant_id', $1, false)", [tenantId]);
    await owner.query(
      `insert into accounting.accounts (tenant_id, company_id, id, code, name, type)
       select $1, $2, a.id, 'B' || lpad(a.position::text, 5, '0'), 'Account ' || a.position, ($4::text[])[1 + a.position % 5]
       from unnest($3::uuid[]) with ordinality as a (id, position)`,
      [tenantId, companyId, ids, types],
    );
  });
  return ids;
}

interface Writer {
  url: string;
  drop(): Promise<void>;
}

/**
 * A login under the policies of the runtime login that may also write the ledger's tables itself, which the runtime
 * login may not. It belongs to the whole server, so it is dropped in the end.
 */
async function makeWriter(test: TestDatabase): Promise<Writer> {
  const user = `${test.name}_writer`;
  const password = randomBytes(24).toString("base64url");
  const role = pg.escapeIdentifier(user);
  await test.asOwner(async (owner) => {
    await owner.query(`create role ${role} login nobypassrls in role authenticated password '${password}'`);
    await owner.query(`grant insert on accounting.journal_entries, accounting.journal_lines to ${role}`);
    await owner.query(`grant insert, update on accounting.account_balances, accounting.period_totals to ${role}`);
  });
  const url = new URL(test.urls.admin);
  url.username = user;
  url.password = password;
  const drop = () =>
    test.asOwner(async (owner) => {
      await owner.query(`drop owned by ${role}`);
      await owner.query(`drop role ${role}`);
    });
  return { url: url.href, drop };
}
