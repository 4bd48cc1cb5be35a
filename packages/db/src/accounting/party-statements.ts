import { and, asc, eq, getTableName, sql } from "drizzle-orm";
import type { z } from "zod";
import { newId } from "../core/ids";
import type { Params } from "../core/statement";
import type { customers, vendors } from "./schema";
import { sqlStatement, statement } from "./statements";
import type { importedCustomersSchema, newCustomerSchema } from "./validation/parties";

/** A customer or vendor: whom the company deals with. Both tables have the same columns. */
export type Party = typeof customers.$inferSelect;
export type NewParty = z.input<typeof newCustomerSchema>;
export type PartyTable = typeof customers | typeof vendors;

const optionalColumns = ["email", "phone", "taxId", "address", "city", "state", "postalCode", "country"] as const;

export type ImportColumns = Record<"id" | "companyId" | "externalId" | "name", string[]> &
  Record<(typeof optionalColumns)[number], (string | null)[]>;

export function importColumnsOf(rows: readonly z.output<typeof importedCustomersSchema>[number][]): ImportColumns {
  const columns = Object.fromEntries(optionalColumns.map((key) => [key, rows.map((row) => row[key] ?? null)]));
  return {
    ...(columns as Pick<ImportColumns, (typeof optionalColumns)[number]>),
    id: rows.map((row) => row.id ?? newId()),
    companyId: rows.map((row) => row.companyId),
    externalId: rows.map((row) => row.externalId),
    name: rows.map((row) => row.name),
  };
}

/** Every column that a new party may leave out. */
export const noDetails = {
  ...(Object.fromEntries(optionalColumns.map((key) => [key, null])) as Record<(typeof optionalColumns)[number], null>),
  externalId: null,
};

/** The statements of one of the two tables, named after it. */
export function partyStatements(given: PartyTable) {
  // The tables differ in name alone, which Drizzle makes part of their type.
  const table = given as typeof customers;
  const prefix = `accounting.${getTableName(given)}`;
  const target = sql`accounting.${sql.identifier(getTableName(given))}`;
  const active = eq(table.isActive, true);

  const find = statement(`${prefix}.find`, (q, p: Params<{ id: string }>) =>
    q
      .select()
      .from(table)
      .where(and(eq(table.tenantId, p.tenantId), eq(table.id, p.id))),
  );

  const listFirst = statement(`${prefix}.list_first`, (q, p: Params<{ limit: number }>) =>
    q
      .select()
      .from(table)
      .where(and(eq(table.tenantId, p.tenantId), active))
      .orderBy(asc(table.name), asc(table.id))
      .limit(p.limit),
  );

  const listAfter = statement(`${prefix}.list_after`, (q, p: Params<{ limit: number; name: string; id: string }>) =>
    q
      .select()
      .from(table)
      .where(
        and(
          eq(table.tenantId, p.tenantId),
          active,
          sql`(${table.name}, ${table.id}) > (${p.name}::text, ${p.id}::uuid)`,
        ),
      )
      .orderBy(asc(table.name), asc(table.id))
      .limit(p.limit),
  );

  const create = statement(`${prefix}.create`, (q, p: Params<Required<NewParty> & { id: string }>) =>
    q
      .insert(table)
      .values({
        tenantId: p.tenantId,
        id: p.id,
        companyId: p.companyId,
        name: p.name,
        email: p.email,
        phone: p.phone,
        taxId: p.taxId,
        address: p.address,
        city: p.city,
        state: p.state,
        postalCode: p.postalCode,
        country: p.country,
        externalId: p.externalId,
      })
      .returning(),
  );

  const setActive = statement(`${prefix}.set_active`, (q, p: Params<{ id: string; isActive: boolean }>) =>
    q
      .update(table)
      .set({ isActive: p.isActive })
      .where(and(eq(table.tenantId, p.tenantId), eq(table.id, p.id)))
      .returning(),
  );

  /** Writes those that are new; answers with those that were there before, and in a row of its own how many are new. */
  const importChunk = sqlStatement(
    `${prefix}.import`,
    (q) =>
      q
        .select({ externalId: sql<string>`external_id`, id: sql<string>`id`, created: sql<number | null>`0` })
        .from(table),
    (p: Params<ImportColumns>) => sql`
      with given as (
        select * from unnest(${p.id}::uuid[], ${p.companyId}::uuid[], ${p.externalId}::text[], ${p.name}::text[],
          ${p.email}::text[], ${p.phone}::text[], ${p.taxId}::text[], ${p.address}::text[], ${p.city}::text[],
          ${p.state}::text[], ${p.postalCode}::text[], ${p.country}::text[])
          as g (id, company_id, external_id, name, email, phone, tax_id, address, city, state, postal_code, country)
      ), written as (
        insert into ${target} as c
          (tenant_id, id, company_id, external_id, name, email, phone, tax_id, address, city, state, postal_code, country)
        select ${p.tenantId}::uuid, g.* from given g
        on conflict (tenant_id, company_id, external_id) where external_id is not null do nothing
        returning c.id
      )
      select c.external_id, c.id, null::int
      from ${target} c
      join given g on g.company_id = c.company_id and g.external_id = c.external_id
      where c.tenant_id = ${p.tenantId}::uuid
      union all
      select null, null, count(*)::int from written`,
  );

  return { table, find, listFirst, listAfter, create, setActive, importChunk };
}
