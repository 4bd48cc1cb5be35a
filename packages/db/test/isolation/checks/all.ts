import type { TenantTableEntry } from "../../../src/core/tenant-table";
import type { Arena } from "../arena";
import { companyBreaches, companyKeyBreaches } from "./company";
import { type Breach, reversed } from "./duel";
import { foreignKeyBreaches, uniqueKeyBreaches } from "./keys";
import { readBreaches } from "./reads";
import { scopeBreaches } from "./scopes";
import { writeBreaches } from "./writes";

/** What every attack of the matrix finds on a table with a company, in both directions. */
export async function breachesOf({ duel, unscoped }: Arena, entry: TenantTableEntry): Promise<Breach[]> {
  const breaches: Breach[] = [];
  for (const direction of [duel, reversed(duel)]) {
    breaches.push(...(await readBreaches(direction, entry)));
    breaches.push(...(await writeBreaches(direction, entry)));
    breaches.push(...(await foreignKeyBreaches(direction, entry)));
    breaches.push(...(await scopeBreaches(direction, unscoped, entry)));
  }
  breaches.push(...(await uniqueKeyBreaches(duel, entry)));
  breaches.push(...(await companyBreaches(duel.owner, duel.login, entry)));
  return [...breaches, ...(await companyKeyBreaches(duel.owner, duel.login, entry))];
}
