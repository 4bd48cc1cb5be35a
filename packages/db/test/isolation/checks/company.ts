import { randomUUID } from "node:crypto";
import type pg from "pg";
import type { TenantTableEntry } from "../../../src/core/tenant-table";
import { sampleContext, sampleValues } from "../../../src/testing/sample-rows";
import { type Breach, type Duel, newTenantSide, reversed, side } from "./duel";
import { foreignKeyBreaches } from "./keys";
import { readBreaches } from "./reads";
import { writeBreaches } from "./writes";

/** Two companies of one tenant, each in a scope that names it, attack each other over the same wall as tenants do. */
export async function companyBreaches(owner: pg.Client, login: pg.Client, entry: TenantTableEntry): Promise<Breach[]> {
  const wall = entry.ownedBy;
  if (!wall) throw new TypeError(`${entry.name} has no company`);
  const duel = await companyDuel(owner, login, entry, wall);
  const breaches: Breach[] = [];
  // First the keys, while no side has a row: a company may have one of some tables, such as its books.
  for (const check of [foreignKeyBreaches, readBreaches, writeBreaches]) {
    for (const direction of [duel, reversed(duel)]) breaches.push(...(await check(direction, entry)));
  }
  return breaches;
}

async function companyDuel(
  owner: pg.Client,
  login: pg.Client,
  entry: TenantTableEntry,
  wall: Duel["wall"],
): Promise<Duel> {
  const { mark } = await newTenantSide(owner, "Companies");
  const tenant = String(mark.tenant_id);
  const sideOfNewCompany = async () => {
    const context = sampleContext(tenant);
    // Makes the company, as a parent of the row that is tried and taken back. A company is its own.
    const company = wall === "id" ? randomUUID() : (await sampleValues(owner, entry, context))[wall];
    return side(owner, { tenant, company: String(company) }, context, { tenant_id: tenant, [wall]: company });
  };
  return { owner, login, wall, attacker: await sideOfNewCompany(), victim: await sideOfNewCompany() };
}

/** The wall between companies as a foreign key sees it: it stands in a scope of the whole tenant as well. */
export async function companyKeyBreaches(
  owner: pg.Client,
  login: pg.Client,
  entry: TenantTableEntry,
): Promise<Breach[]> {
  const wall = entry.ownedBy;
  if (!wall) throw new TypeError(`${entry.name} has no company`);
  const duel = await companyDuel(owner, login, entry, wall);
  const { company: _company, ...wholeTenant } = duel.attacker.settings;
  return foreignKeyBreaches({ ...duel, attacker: { ...duel.attacker, settings: wholeTenant } }, entry);
}
