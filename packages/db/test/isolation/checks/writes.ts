import type { TableAccess, TenantTableEntry } from "../../../src/core/tenant-table";
import { sampleValues, type Values } from "../../../src/testing/sample-rows";
import {
  attempt,
  attemptPastTriggers,
  insertInto,
  type Outcome,
  quoted,
  refusedByTrigger,
  type Statement,
} from "./attempt";
import { uniqueKeys } from "./catalogue";
import type { Breach, Duel, Side } from "./duel";

export const mayInsert = (access: TableAccess) => access !== "read-only";

/** Every way to write: the victim's rows stay as they are, and no row crosses the wall. */
export async function writeBreaches(duel: Duel, entry: TenantTableEntry): Promise<Breach[]> {
  const { wall, attacker, victim } = duel;
  const own = await attacker.row(entry);
  const other = await victim.row(entry);
  const table = quoted(entry.name);
  const refused = mustBeRefused(duel, entry);
  const unseen = mustTouchNothing(duel, entry);
  const theirs = await newValuesOf(duel, victim, entry);
  const sameKey = insertInto(entry, { ...theirs, id: other.id }, "on conflict (tenant_id, id)");
  const breaches = [
    await unseen("update", { text: `update ${table} set id = id where id = $1`, values: [other.id] }),
    await unseen("update or true", {
      text: `update ${table} set id = id where ${wall} = $1 and (id = $2 or true)`,
      values: [other[wall], other.id],
    }),
    await unseen("delete", { text: `delete from ${table} where id = $1`, values: [other.id] }),
    await unseen("lock", { text: `select id from ${table} where id = $1 for update`, values: [other.id] }),
    await refused("insert", insertInto(entry, theirs)),
    await refused("move", {
      text: `update ${table} set ${wall} = $1 where id = $2 and ${wall} = $3`,
      values: [other[wall], own.id, own[wall]],
    }),
    // Without a predicate PostgreSQL does not ask the reading half of the policy about the new rows.
    await refused("move all", { text: `update ${table} set ${wall} = $1`, values: [other[wall]] }),
    await refused("insert or update", { ...sameKey, text: `${sameKey.text} do update set id = excluded.id` }),
    await refused("insert or nothing", { ...sameKey, text: `${sameKey.text} do nothing` }),
    await unseen("merge: update", { text: merge(table, "matched then update set id = t.id"), values: [other.id] }),
    await unseen("merge: delete", { text: merge(table, "matched then delete"), values: [other.id] }),
    await refused("merge: insert", mergeInsert(entry, theirs)),
    await refused("truncate", { text: `truncate ${table} cascade` }),
    await controlOfInsert(duel, entry),
  ];
  return breaches.filter((breach) => breach !== undefined);
}

const merge = (table: string, action: string) =>
  `merge into ${table} t using (select $1::uuid as id) s on t.id = s.id when ${action}`;

/** A row that MERGE does not find, and inserts. */
function mergeInsert(entry: TenantTableEntry, values: Values): Statement {
  const insert = insertInto(entry, values);
  const into = `insert into ${quoted(entry.name)}`;
  return {
    ...insert,
    text: insert.text.replace(
      into,
      `merge into ${quoted(entry.name)} t using (select 1) s on false when not matched then insert`,
    ),
  };
}

/** What a side could insert next. A company has one row that is itself: that row again, which the wall must refuse first. */
async function newValuesOf(
  { owner, wall }: Duel,
  { context, mark, row }: Side,
  entry: TenantTableEntry,
): Promise<Values> {
  if (wall !== "id") return sampleValues(owner, entry, context, { given: mark });
  return Object.fromEntries(Object.entries(await row(entry)).filter(([, value]) => value !== null));
}

const text = ({ error, count }: Outcome) => (error ? `${error.code} ${error.message}` : `accepted, ${count} rows`);

/** 42501 of the policy or of a missing right. Where a trigger refuses first, policies are asked with the triggers off. */
function mustBeRefused({ owner, login, attacker }: Duel, entry: TenantTableEntry) {
  return async (attack: string, statement: Statement): Promise<Breach | undefined> => {
    let outcome = await attempt(login, attacker.settings, statement);
    if (refusedByTrigger(outcome)) {
      outcome = await attemptPastTriggers(owner, entry, attacker.settings, statement, "authenticated");
    }
    return outcome.error?.code === "42501" ? undefined : { attack, found: text(outcome) };
  };
}

/** No row, or 42501 where the login has no such right at all. Another error would mean that the row was reached. */
function mustTouchNothing({ login, attacker }: Duel, entry: TenantTableEntry) {
  return async (attack: string, statement: Statement): Promise<Breach | undefined> => {
    const outcome = await attempt(login, attacker.settings, statement);
    const withoutRight = outcome.error?.code === "42501" && /permission denied/.test(outcome.error.message);
    const lacksRight = withoutRight && entry.access !== "read-write";
    return lacksRight || (!outcome.error && outcome.count === 0) ? undefined : { attack, found: text(outcome) };
  };
}

/** The same insert on the own side is accepted, so that a refusal above speaks of the wall and of nothing else. */
async function controlOfInsert(duel: Duel, entry: TenantTableEntry): Promise<Breach | undefined> {
  const { owner, login, attacker } = duel;
  const statement = insertInto(entry, await newValuesOf(duel, attacker, entry));
  let outcome = await attempt(login, attacker.settings, statement);
  if (refusedByTrigger(outcome)) {
    outcome = await attemptPastTriggers(owner, entry, attacker.settings, statement, "authenticated");
  }
  // Policies are asked before keys: a company that may have one such row, and has it, was let through.
  const key = (await uniqueKeys(owner, entry.name)).find((each) => each.name === outcome.error?.constraint);
  const isThere = key?.columns.every((column) => column in attacker.mark) ?? false;
  const accepted = isThere || (!outcome.error && outcome.count === 1);
  if (mayInsert(entry.access)) return accepted ? undefined : { attack: "insert of an own row", found: text(outcome) };
  return outcome.error?.code === "42501"
    ? undefined
    : { attack: "insert into a read-only table", found: text(outcome) };
}
