import type { Params } from "../core/statement";
import { type DocumentKind, documentStatements } from "./document-statements";
import { billLines, bills } from "./schema";
import { statement } from "./statements";

const changeable = ["vendorId", "billNumber", "billDate", "dueDate", "currency", "exchangeRate", "externalId"];

export const billKind = {
  plural: "bills",
  table: bills,
  lines: billLines,
  fields: ["companyId", "kind", "creditedBillId", ...changeable],
  changeable,
  date: "billDate",
  party: "vendorId",
  valid: "approved",
} as const satisfies DocumentKind;

export const billStatements = documentStatements<typeof bills.$inferSelect>(billKind);

/** A bill with its vendor and its lines in order, read in one statement. */
export const findBillDocument = statement("accounting.bills.find_document", (q, p: Params<{ id: string }>) =>
  q.query.accountingBills.findFirst({
    where: { tenantId: { eq: p.tenantId }, id: { eq: p.id } },
    with: { vendor: true, lines: { orderBy: { lineNumber: "asc" } } },
  }),
);
