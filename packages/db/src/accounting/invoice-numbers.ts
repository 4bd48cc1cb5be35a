import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { ConflictError } from "../core/errors";
import { columnsOf, type Params } from "../core/statement";
import { invoices } from "./schema";
import { sqlStatement } from "./statements";
import type { numberStartSchema } from "./validation/invoices";

/**
 * Issues a draft. When the company has no series yet, it is made with this prefix before. The draft is locked before the
 * series, as by every issue.
 */
export const issueWithPrefix = sqlStatement(
  "accounting.invoices.issue_with_prefix",
  (q) => q.select().from(invoices),
  (p: Params<{ id: string; prefix: string }>) => sql`
    with draft as materialized (
      select i.tenant_id, i.company_id, i.kind from accounting.invoices i
      where i.tenant_id = ${p.tenantId}::uuid and i.id = ${p.id}::uuid and i.status = 'draft'
      for no key update
    ), series as (
      select accounting.start_invoice_numbers(d.company_id, d.kind, ${p.prefix}::text, 6, 1) as is_new from draft d
      where not exists (
        select from tenancy.number_series s
        where s.tenant_id = d.tenant_id and s.company_id = d.company_id and s.series = d.kind)
    )
    update accounting.invoices i set status = 'issued'
    where i.tenant_id = ${p.tenantId}::uuid and i.id = ${p.id}::uuid and i.status = 'draft'
      and (select count(s.is_new) from series s) >= 0
    returning ${columnsOf(invoices, "i")}`,
);

const start = sqlStatement(
  "accounting.invoices.start_numbers",
  (q) => q.select({ isNew: sql<boolean>`true` }).from(invoices),
  (p: Params<{ companyId: string; kind: string; prefix: string; padding: number; first: bigint }>) => sql`
    select accounting.start_invoice_numbers(${p.companyId}::uuid, ${p.kind}::text, ${p.prefix}::text, ${p.padding}::int,
      ${p.first}::bigint)
    where ${p.tenantId}::uuid is not null`,
);

/** Says which number comes first; `ConflictError` once one was given. */
export async function startNumbers(unit: Unit, request: z.output<typeof numberStartSchema>): Promise<void> {
  const { companyId, kind, firstNumber, padding } = request;
  const prefix = request.prefix ?? (kind === "invoice" ? "INV-" : "CN-");
  const [started] = await unit.run(start, { companyId, kind, prefix, padding, first: BigInt(firstNumber) });
  if (!started?.isNew) {
    throw new ConflictError(
      "The company's series gave a number already, and goes on from there: start it before the first invoice is issued",
    );
  }
}
