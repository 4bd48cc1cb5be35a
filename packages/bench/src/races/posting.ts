import { asMember, asTenant } from "../contestant";
import type { LedgerArena } from "../ledger/arena";
import { checkBooks, postedEntries } from "../ledger/check";
import { postInOneStatement, postNaively, postUnchecked } from "../ledger/naive";
import { type Days, entryOf, oneMonth, type Transfer, Transfers, threeYears } from "../ledger/transfers";
import type { Contestant, Race } from "../race";

/** How many accounts are hot ones. */
const hot = 10;

/** Posts transfers, as one call, and returns the ids of their entries. */
type Post = (transfers: readonly Transfer[]) => Promise<string[]>;

/**
 * Entries of two lines, durable, under row level security, against the transaction that one writes by hand: from many
 * callers at once, on few accounts and on many, and in batches.
 */
export function postingRaces(arena: LedgerArena, batchSizes: readonly number[]): Race[] {
  const few = arena.accountIds.slice(0, hot);
  const many = arena.accountIds;
  const single = (accounts: readonly string[], days = oneMonth) => contestants(arena, accounts, days);
  const races = [
    race(`posting-1`, `post an entry on ${hot} accounts, 1 caller`, 1, 200, 15, single(few)),
    race("posting-16-hot", `post on ${hot} accounts, 16 callers`, 16, 3_200, 9, single(few)),
    race("posting-256-hot", `post on ${hot} accounts, 256 callers`, 256, 2_560, 9, single(few)),
    race(
      "posting-256-dates",
      `post on ${hot} accounts in 36 months, 256 callers`,
      256,
      2_560,
      7,
      single(few, threeYears),
    ),
    race("posting-16-cold", `post on ${many.length} accounts, 16 callers`, 16, 800, 7, single(many)),
    race("posting-256-cold", `post on ${many.length} accounts, 256 callers`, 256, 2_560, 7, single(many)),
    ...[16, 256].map((callers) => hotAgainstCold(arena, callers)),
    ...batchSizes.map((size) => ({
      ...race(`posting-batch-${size}`, `post ${size} entries at once on ${hot} accounts, per entry`, 1, 2, 9, [
        ...batches(arena, size, few),
      ]),
      perRow: true,
    })),
  ];
  return races.map((of) => ({ ...of, verify: () => checkBooks(arena) }));
}

function race(
  name: string,
  title: string,
  callers: number,
  calls: number,
  rounds: number,
  contestants: readonly Contestant[],
): Race {
  return { name, title, callers, calls, rounds, contestants };
}

function contestants(arena: LedgerArena, accounts: readonly string[], days: Days): Contestant[] {
  const { tenant, member } = repositories(arena);
  const post = (name: string, work: Post) => posts(arena, name, 1, new Transfers(accounts, days), work);
  return [
    post("naive transaction, named", (transfers) => postNaively(arena, transfers)),
    post("naive, without checks", (transfers) => postUnchecked(arena, transfers)),
    post("naive, unchecked, one statement", async ([transfer]) => [
      await postInOneStatement(arena, transfer as Transfer),
    ]),
    post(asTenant, async ([transfer]) => [(await tenant.post(entryOf(arena.companyId, transfer as Transfer))).id]),
    post(asMember, async ([transfer]) => [(await member.post(entryOf(arena.companyId, transfer as Transfer))).id]),
  ];
}

/** Hot accounts are what locks make slow; the base posts to cold ones, in the same way. */
function hotAgainstCold(arena: LedgerArena, callers: number): Race {
  const { tenant } = repositories(arena);
  const on = (name: string, accounts: readonly string[]) =>
    posts(arena, name, 1, new Transfers(accounts, oneMonth), async ([transfer]) => [
      (await tenant.post(entryOf(arena.companyId, transfer as Transfer))).id,
    ]);
  const title = `post on ${hot} accounts against ${arena.accountIds.length}, ${callers} callers`;
  return race(`posting-${callers}-hot-against-cold`, title, callers, callers * 40, 11, [
    on(`${asTenant}, cold accounts`, arena.accountIds),
    on(asTenant, arena.accountIds.slice(0, hot)),
  ]);
}

function batches(arena: LedgerArena, size: number, accounts: readonly string[]): Contestant[] {
  const { tenant, member } = repositories(arena);
  const post = (name: string, work: Post) => posts(arena, name, size, new Transfers(accounts, oneMonth), work);
  const many = (journal: typeof tenant): Post => {
    return async (transfers) =>
      (await journal.postMany(transfers.map((transfer) => entryOf(arena.companyId, transfer)))).map(({ id }) => id);
  };
  return [
    post("naive, all in one transaction", (transfers) => postNaively(arena, transfers)),
    post(asTenant, many(tenant)),
    post(asMember, many(member)),
  ];
}

function repositories({ clients, tenantId, userId }: LedgerArena) {
  return {
    tenant: clients.repositories.forTenant({ tenantId }).accounting.journal,
    member: clients.repositories.forTenant({ tenantId, userId }).accounting.journal,
  };
}

/** `run` counts entries. What was written is compared as it is stored. */
function posts(arena: LedgerArena, name: string, size: number, transfers: Transfers, post: Post): Contestant {
  return {
    name,
    run: async () => (await post(transfers.take(size))).length,
    values: async () => {
      const same = new Transfers(arena.accountIds.slice(0, hot), oneMonth);
      return postedEntries(arena, await post(same.take(size)));
    },
  };
}
