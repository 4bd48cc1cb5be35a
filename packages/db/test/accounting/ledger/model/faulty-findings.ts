import { textOf } from "./amounts";
import type { FaultyRun } from "./faulty-run";
import type { FaultyServer } from "./faulty-server";
import { brokenRules } from "./rules";

/** What is wrong with the books after faults, and what they hold. */
export interface FaultyFindings {
  wrong: string[];
  commits: number;
  /** Calls of whose end nobody was told, by what became of them. */
  inTheDark: { done: number; undone: number };
}

const kept = `
  select idempotency_key as key from accounting.journal_entries where idempotency_key is not null
  union all select id::text from accounting.invoices where status <> 'draft'
  union all select external_id from accounting.payments`;

/** Looks for what was acknowledged and is not there, or twice; for what nobody asked for; and for books that do not add up. */
export async function findingsOf(server: FaultyServer, { asked }: FaultyRun): Promise<FaultyFindings> {
  const { keys, balances, violations, rules } = await server.asOwner(async (owner) => ({
    keys: (await owner.query<{ key: string }>(kept)).rows.map(({ key }) => key),
    balances: (
      await owner.query<{ id: string; balance: string }>(
        `select account_id as id, balance::text from accounting.account_balances where balance <> 0
         union all select id, balance::text from accounting.customers where balance <> 0`,
      )
    ).rows,
    violations: (await owner.query<{ text: string }>("select v::text as text from accounting.violations v limit 5"))
      .rows,
    rules: await brokenRules(owner),
  }));
  const wrong = [...rules, ...violations.map(({ text }) => text)];
  const times = new Map<string, number>();
  for (const key of keys) times.set(key, (times.get(key) ?? 0) + 1);
  const inTheDark = { done: 0, undone: 0 };
  const expected = new Map<string, bigint>();
  for (const [key, { kind, known, moves }] of asked) {
    const found = times.get(key) ?? 0;
    times.delete(key);
    if (known === "unknown") inTheDark[found === 0 ? "undone" : "done"] += 1;
    if (known === "done" && found !== 1) wrong.push(`A ${kind} that was acknowledged is there ${found} times`);
    if (known === "undone" && found !== 0) wrong.push(`A ${kind} of which nothing was kept, it was said, is there`);
    if (found > 1) wrong.push(`A ${kind} is there ${found} times`);
    if (found > 0) for (const [id, amount] of moves) expected.set(id, (expected.get(id) ?? 0n) + amount);
  }
  for (const key of times.keys()) wrong.push(`Nobody asked for ${key}`);
  const are = new Map(balances.map(({ id, balance }) => [id, balance]));
  for (const id of new Set([...expected.keys(), ...are.keys()])) {
    const [is, should] = [are.get(id) ?? "0.00", textOf(expected.get(id) ?? 0n)];
    if (is !== should) wrong.push(`The balance of ${id} is ${is}, should be ${should}`);
  }
  return { wrong, commits: keys.length, inTheDark };
}
