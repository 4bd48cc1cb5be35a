import { type SQL, sql } from "drizzle-orm";

/** What differs between receivables and payables. */
export interface DocumentSide {
  name: "invoices" | "bills";
  table: SQL;
  /** Columns of a payment or allocation that name the document, its party, and a credit note. */
  document: SQL;
  party: SQL;
  /** The table of the parties. */
  parties: SQL;
  creditNote: SQL;
  /** The document's date. */
  date: SQL;
  /** The document's number. */
  number: SQL;
  /** The direction of a payment, and that of a refund. */
  direction: SQL;
  refundDirection: SQL;
  /** Statuses of documents with something open. */
  open: SQL;
  /** What a document posts its journal entries as. */
  sources: SQL;
  /** What a journal line `l` adds to what the party owes, or is owed. */
  owed: SQL;
}

/** Tables and columns of the two sides: what customers owe, and what is owed to vendors. */
export const sides = {
  invoices: {
    name: "invoices",
    table: sql`accounting.invoices`,
    document: sql`invoice_id`,
    party: sql`customer_id`,
    parties: sql`accounting.customers`,
    creditNote: sql`credit_note_id`,
    date: sql`invoice_date`,
    number: sql`invoice_number`,
    direction: sql`'in'`,
    refundDirection: sql`'out'`,
    open: sql`('issued', 'partly_paid')`,
    sources: sql`('invoice', 'invoice_void')`,
    owed: sql`l.base_debit - l.base_credit`,
  },
  bills: {
    name: "bills",
    table: sql`accounting.bills`,
    document: sql`bill_id`,
    party: sql`vendor_id`,
    parties: sql`accounting.vendors`,
    creditNote: sql`vendor_credit_id`,
    date: sql`bill_date`,
    number: sql`bill_number`,
    direction: sql`'out'`,
    refundDirection: sql`'in'`,
    open: sql`('approved', 'partly_paid')`,
    sources: sql`('bill', 'bill_void')`,
    owed: sql`l.base_credit - l.base_debit`,
  },
} as const satisfies Record<string, DocumentSide>;

/** The side that settles customers' invoices, or the one that settles vendors' bills. */
export type SideName = keyof typeof sides;
