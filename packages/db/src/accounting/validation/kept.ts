/*
 * What nobody writes, per table: the scope, the database or the ledger keeps it. Schemas leave these columns out of their
 * input, and writers leave them out of their rows.
 */
const keptOfAll = { tenantId: true, createdAt: true, updatedAt: true } as const;

/** Columns of customers and vendors. */
export const keptOfParties = { ...keptOfAll, balance: true, isActive: true } as const;

/** Columns of invoices and bills alike. */
export const keptOfDocuments = {
  ...keptOfAll,
  totalAmount: true,
  paidAmount: true,
  paidBaseAmount: true,
  voidedOn: true,
  status: true,
  seller: true,
  buyer: true,
} as const;

/** Issuing an invoice sets its number and its time. */
export const keptOfInvoices = { ...keptOfDocuments, invoiceNumber: true, issuedAt: true } as const;

/** Approving a bill sets who approved it, and when. */
export const keptOfBills = { ...keptOfDocuments, approvedAt: true, approvedBy: true } as const;

/** Lines of invoices and bills repeat the company and currency of their document. */
export const keptOfLines = { ...keptOfAll, companyId: true, currency: true } as const;

export const keptOfAccounts = { ...keptOfAll, isActive: true } as const;

/** Closing periods closes the books. */
export const keptOfBooks = { ...keptOfAll, closedThrough: true } as const;

export const keptOfPeriods = { ...keptOfAll, status: true, closedAt: true, closedBy: true } as const;

export const keptOfRates = keptOfAll;

/** The database converts a payment into base currency, and its allocations keep what of it is allocated. */
export const keptOfPayments = {
  ...keptOfAll,
  exchangeDifference: true,
  allocatedAmount: true,
  allocatedBaseAmount: true,
  voidedOn: true,
} as const;

export const keptOfAllocations = { ...keptOfAll, baseAmount: true, sourceBaseAmount: true, reversedOn: true } as const;

/** Entries that are posted by hand have no source but the user. */
export const keptOfEntries = {
  ...keptOfAll,
  source: true,
  sourceId: true,
  reversesEntryId: true,
  postedBy: true,
} as const;

/** Lines of such entries repeat the company and date of their entry; the ledger computes the rest. */
export const keptOfEntryLines = {
  tenantId: true,
  createdAt: true,
  companyId: true,
  entryId: true,
  lineNumber: true,
  entryDate: true,
  baseDebit: true,
  baseCredit: true,
  customerId: true,
  vendorId: true,
  accountVersion: true,
  balanceAfter: true,
} as const;
