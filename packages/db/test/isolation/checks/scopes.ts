import type { TenantTableEntry } from "../../../src/core/tenant-table";
import { sampleValues } from "../../../src/testing/sample-rows";
import {
  attempt,
  attemptPastTriggers,
  insertInto,
  type Outcome,
  quoted,
  refusedByTrigger,
  type Settings,
} from "./attempt";
import type { Breach, Duel } from "./duel";

interface ScopeCase {
  name: string;
  settings: Settings;
  /** What reading answers: nothing, or this error. */
  read: "nothing" | "22P02";
  insert: "42501" | "22P02";
}

const cases: ScopeCase[] = [
  { name: "no scope", settings: {}, read: "nothing", insert: "42501" },
  { name: "empty scope", settings: { tenant: "" }, read: "nothing", insert: "42501" },
  { name: "malformed scope", settings: { tenant: "' OR 1=1 --" }, read: "22P02", insert: "22P02" },
  { name: "list as scope", settings: { tenant: "{a,b}" }, read: "22P02", insert: "22P02" },
];

const text = ({ error, count }: Outcome) => (error ? `${error.code} ${error.message}` : `accepted, ${count} rows`);

/**
 * Without a valid scope nothing is read and nothing is written. On `unscoped`, a connection of the runtime login, no
 * scope was ever set: after a local one the setting reads as '', which is another case.
 */
export async function scopeBreaches(duel: Duel, unscoped: Duel["login"], entry: TenantTableEntry): Promise<Breach[]> {
  const { owner, victim } = duel;
  const other = await victim.row(entry);
  const values = await sampleValues(owner, entry, victim.context, { given: victim.mark });
  const breaches: Breach[] = [];
  for (const { name, settings, read, insert } of cases) {
    const login = name === "no scope" ? unscoped : duel.login;
    const run = (statement: string) =>
      attempt(login, settings, { text: statement, values: statement.includes("$1") ? [other.id] : [] });
    for (const [attack, statement] of [
      [`${name}: read`, `select 1 from ${quoted(entry.name)}`],
      [`${name}: update`, `update ${quoted(entry.name)} set id = id where id = $1`],
      [`${name}: delete`, `delete from ${quoted(entry.name)} where id = $1`],
    ] as const) {
      const outcome = await run(statement);
      const code = outcome.error?.code;
      const withoutRight = code === "42501" && !attack.endsWith("read") && entry.access !== "read-write";
      const asExpected = read === "nothing" ? !code && outcome.count === 0 : code === read;
      if (!asExpected && !withoutRight) breaches.push({ attack, found: text(outcome) });
    }
    let written = await attempt(login, settings, insertInto(entry, values));
    if (refusedByTrigger(written)) {
      written = await attemptPastTriggers(owner, entry, settings, insertInto(entry, values), "authenticated");
    }
    const code = written.error?.code;
    if (code !== insert && code !== "42501") breaches.push({ attack: `${name}: insert`, found: text(written) });
  }
  return breaches;
}
