import type { TenantTableEntry } from "../../../src/core/tenant-table";
import { attempt, attemptCopy, type Outcome, quoted } from "./attempt";
import { type Breach, type Duel, foreignRows } from "./duel";

/** Every way to read: the attacker must get its own rows and nothing of the victim's. */
export async function readBreaches(duel: Duel, entry: TenantTableEntry): Promise<Breach[]> {
  const { login, wall, attacker, victim } = duel;
  const own = await attacker.row(entry);
  const other = await victim.row(entry);
  const from = `from ${quoted(entry.name)}`;
  const columns = [...new Set(["tenant_id", wall, "id"])];
  const select = `select ${columns.join(", ")} ${from}`;
  const run = (text: string, ...values: unknown[]) => attempt(login, attacker.settings, { text, values });
  const breaches: Breach[] = [];

  const judge = (attack: string, outcome: Outcome, seesOwn: boolean) => {
    const foreign = foreignRows(duel, outcome.rows).length;
    if (outcome.error) breaches.push({ attack, found: `${outcome.error.code} ${outcome.error.message}` });
    else if (foreign > 0) breaches.push({ attack, found: `${foreign} rows of others` });
    else if (seesOwn && !outcome.rows.some((row) => row.id === own.id)) {
      breaches.push({ attack, found: "not even its own row, so this proves nothing" });
    }
  };
  judge("read by id", await run(`${select} where id = $1`, other.id), false);
  judge("read or true", await run(`${select} where ${wall} = $1 or true`, other[wall]), true);
  judge("read without predicate", await run(select), true);
  judge("copy to stdout", await attemptCopy(login, attacker.settings, entry.name, columns), true);
  // Evaluated on a row of the victim, the cast fails and the error would hold the value.
  const leaky = `${select} where case when ${wall} = $1 then id::text::int else 0 end = 0`;
  judge("predicate that fails on their rows", await run(leaky, other[wall]), true);
  return [...breaches, ...(await countBreaches(duel, entry))];
}

async function countBreaches({ owner, login, attacker }: Duel, entry: TenantTableEntry): Promise<Breach[]> {
  const count = `select count(*)::int as n from ${quoted(entry.name)}`;
  const marks = Object.entries(attacker.mark);
  const where = marks.map(([name], i) => `${name} = $${i + 1}`).join(" and ");
  const { rows } = await owner.query<{ n: number }>(`${count} where ${where}`, Object.values(attacker.mark));
  const counted = await attempt(login, attacker.settings, { text: count });
  const found = Number(counted.rows[0]?.n ?? Number.NaN);
  return found === rows[0]?.n ? [] : [{ attack: "count", found: `${found} rows, and it owns ${rows[0]?.n}` }];
}
