import { recordsOf } from "../core/records";
import { kept, rowsOf } from "../core/rows";
import { Drafts } from "./document-drafts";
import { DocumentPosting } from "./document-posting";
import type { DocumentKind } from "./documents";
import { invoiceLines, invoices } from "./schema";
import { statement } from "./statements";
import { keptOfInvoices } from "./validation/kept";

/** The columns of a new draft. Those marked `changeable` may change until the draft is issued. */
export const newInvoice = rowsOf(invoices, {
  id: "given",
  companyId: "given",
  kind: "given",
  creditedInvoiceId: "given",
  customerId: "changeable",
  invoiceDate: "changeable",
  dueDate: "changeable",
  currency: "changeable",
  exchangeRate: "changeable",
  baseAmount: "changeable",
  billingCountry: "changeable",
  externalId: "changeable",
  ...kept(keptOfInvoices),
});

export const invoiceRecords = recordsOf(statement, "accounting.invoices.find", invoices, "invoice");
const kind: DocumentKind<typeof invoices.$inferSelect> = {
  noun: "invoice",
  plural: "invoices",
  table: invoices,
  records: invoiceRecords,
  posted: "issued",
};
export const invoiceDrafts = new Drafts({ ...kind, header: newInvoice, lineTable: invoiceLines, parent: "invoiceId" });
export const invoicePosting = new DocumentPosting(kind);
