import { sql } from "drizzle-orm";
import { date, integer, jsonb, numeric, text, uuid } from "drizzle-orm/pg-core";
import { currencyCode, exchangeRate, money, quantity, timestamps } from "../../core/columns";

/** Who sells or buys, as a document names them: see EN 16931, groups BG-4 and BG-7. */
export interface DocumentParty {
  name: string;
  taxId: string | null;
  email: string | null;
  phone: string | null;
  address: string | null;
  city: string | null;
  state: string | null;
  postalCode: string | null;
  country: string | null;
}

/** What invoices and bills have in common: an amount, what of it is settled, and both in base currency. */
export const documentColumns = () => ({
  dueDate: date("due_date").notNull(),
  /** The sum of the lines. */
  totalAmount: money("total_amount").notNull(),
  currency: currencyCode("currency").notNull().default("USD"),
  /** Base units for one unit of `currency`; left out, the last known rate on the document's date is taken. */
  exchangeRate: exchangeRate("exchange_rate"),
  /**
   * The total in base currency. A draft may state it; left out, it is the total at the rate, from when the draft is issued
   * or approved. What a stated one differs by from the total at the rate is posted to the exchange account.
   */
  baseAmount: money("base_amount"),
  /** What payments and credit notes have settled of the total; the allocations keep it. */
  paidAmount: money("paid_amount").notNull().default("0.00"),
  /** The part of `baseAmount` that goes with it. */
  paidBaseAmount: money("paid_base_amount").notNull().default("0.00"),
  /** The accounting date of the void. */
  voidedOn: date("voided_on"),
  externalId: text("external_id"),
  /** Who sells, as it was when the document was issued or approved; null while a draft. The database writes it. */
  seller: jsonb("seller").$type<DocumentParty>(),
  /** Who buys, in the same way. */
  buyer: jsonb("buyer").$type<DocumentParty>(),
});

/** Issued and approved documents are legal documents: only status and void date change, and the ledger sets what is paid. */
export const frozenDocument = (word: string) =>
  ({
    when: "old.status <> 'draft'",
    except: ["status", "voidedOn"],
    exceptBy: { role: "ledger_writer", columns: ["paidAmount", "paidBaseAmount"] },
    sentence: `This ${word} is no draft and cannot be changed: void it and make another`,
  }) as const;

/** One position of a document. The database computes the amount: quantity × unit price, rounded once to the currency's decimals. */
export const documentLineColumns = () => ({
  companyId: uuid("company_id").notNull(),
  /** Position on the document, from 1. */
  lineNumber: integer("line_number").notNull(),
  description: text("description").notNull(),
  quantity: quantity("quantity").notNull(),
  unitPrice: numeric("unit_price", { precision: 15, scale: 4 }).notNull(),
  /**
   * The document's; a trigger fills it in. It says how many decimals the amount has. Null on lines from before it was kept,
   * whose amounts have two.
   */
  currency: currencyCode("currency"),
  amount: money("amount")
    .notNull()
    .generatedAlwaysAs(sql`round(quantity * unit_price, tenancy.currency_exponent(currency))`),
  /** The account it is posted to; the books' own for sales or purchases when left out. */
  accountId: uuid("account_id"),
  ...timestamps(),
});
