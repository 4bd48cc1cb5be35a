import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { ConflictError } from "../core/errors";
import { columnsOf, type Params } from "../core/statement";
import { invoices } from "./schema";
import { sqlStatement } from "./statements";
import type { numberStartSchema } from "./validation/invoices";

/**
 * Issues a draft in the series of its date, which must have this prefix. When the company has no series yet, it is made
 * with the prefix before. The draft is locked before the series, as by every issue.
 */
export const issueWithPrefix = sqlStatement(
  "accounting.invoices.issue_with_prefix",
  (q) => q.select().from(invoices),
  (p: Params<{ id: string; prefix: string }>) => sql`
    with draft as materialized (
      select i.company_id, i.kind, i.invoice_date from accounting.invoices i
      where i.tenant_id = ${p.tenantId}::uuid and i.id = ${p.id}::uuid and i.status = 'draft'
      for no key update
    ), series as (
      select accounting.use_number_prefix(d.company_id, d.kind, d.invoice_date, ${p.prefix}::text) as is_used from draft d
    )
    update accounting.invoices i set status = 'issued'
    where i.tenant_id = ${p.tenantId}::uuid and i.id = ${p.id}::uuid and i.status = 'draft'
      and (select count(s.is_used) from series s) >= 0
    returning ${columnsOf(invoices, "i")}`,
);

interface Start {
  companyId: string;
  kind: string;
  year: number | null;
  prefix: string | null;
  padding: number;
  first: bigint;
}

const start = sqlStatement(
  "accounting.invoices.start_numbers",
  (q) => q.select({ isNew: sql<boolean>`true` }).from(invoices),
  (p: Params<Start>) => sql`
    select accounting.start_invoice_numbers(${p.companyId}::uuid, ${p.kind}::text, ${p.year}::int, ${p.prefix}::text,
      ${p.padding}::int, ${p.first}::bigint)
    where ${p.tenantId}::uuid is not null`,
);

/** Says how the numbers of a series look, and which comes first; `ConflictError` once one was given. */
export async function startNumbers(unit: Unit, request: z.output<typeof numberStartSchema>): Promise<void> {
  const { companyId, kind, firstNumber, padding, prefix = null, year = null } = request;
  const [started] = await unit.run(start, { companyId, kind, year, prefix, padding, first: BigInt(firstNumber) });
  if (!started?.isNew) {
    throw new ConflictError(
      "The series gave a number already, and goes on from there: start it before its first invoice, or another year's",
      { table: "number_series", column: "first_number" },
    );
  }
}
