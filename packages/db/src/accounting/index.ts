import type { Unit } from "../client/unit";
import { CustomerRepository } from "./customers";
import { InvoiceRepository } from "./invoices";

export {
  type Customer,
  type CustomerChanges,
  CustomerRepository,
  type ImportedCustomer,
  type NewCustomer,
} from "./customers";
export {
  type ImportedInvoice,
  type Invoice,
  type InvoiceDocument,
  type InvoiceFilter,
  InvoiceRepository,
  type NewInvoice,
} from "./invoices";
export { accountingRelations } from "./relations";
export { accounting, customers, invoiceLines, invoiceStatus, invoices } from "./schema";
export * from "./validation";

/** The accounting repositories of one unit of work: `tx.accounting.invoices`. */
export class Accounting {
  readonly customers: CustomerRepository;
  readonly invoices: InvoiceRepository;

  constructor(unit: Unit) {
    this.customers = new CustomerRepository(unit);
    this.invoices = new InvoiceRepository(unit);
  }
}
