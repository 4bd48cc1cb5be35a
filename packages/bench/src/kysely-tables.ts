import type { ColumnType, Generated } from "kysely";

type Instant = Generated<Date>;
type Decimal = ColumnType<string, string, string>;

interface Customer {
  tenant_id: string;
  id: Generated<string>;
  company_id: string;
  name: string;
  email: string | null;
  phone: string | null;
  tax_id: string | null;
  address: string | null;
  city: string | null;
  state: string | null;
  postal_code: string | null;
  country: string | null;
  balance: Generated<string>;
  external_id: string | null;
  is_active: Generated<boolean>;
  created_at: Instant;
  updated_at: Instant;
}

interface Invoice {
  tenant_id: string;
  id: Generated<string>;
  company_id: string;
  customer_id: string;
  invoice_number: string | null;
  invoice_date: ColumnType<Date, string>;
  due_date: ColumnType<Date, string>;
  total_amount: Decimal;
  currency: Generated<string>;
  status: Generated<string>;
  billing_country: string | null;
  issued_at: Date | null;
  external_id: string | null;
  created_at: Instant;
  updated_at: Instant;
}

interface InvoiceLine {
  tenant_id: string;
  id: Generated<string>;
  company_id: string;
  invoice_id: string;
  line_number: number;
  description: string;
  quantity: Decimal;
  unit_price: Decimal;
  amount: ColumnType<string, never>;
  created_at: Instant;
  updated_at: Instant;
}

/** The tables of the races in Kysely's words. */
export interface Tables {
  "accounting.customers": Customer;
  "accounting.invoices": Invoice;
  "accounting.invoice_lines": InvoiceLine;
}
