/*
 * What nobody writes, per table: the scope, the database or the ledger keeps it. Schemas leave these columns out of their
 * input, and writers leave them out of their rows.
 */
const keptOfAll = { tenantId: true, createdAt: true, updatedAt: true } as const;

export const keptOfParties = { ...keptOfAll, balance: true, isActive: true } as const;

/** Of invoices and bills. */
export const keptOfDocuments = {
  ...keptOfAll,
  totalAmount: true,
  baseAmount: true,
  paidAmount: true,
  paidBaseAmount: true,
  voidedOn: true,
  status: true,
} as const;

/** An invoice gets its number and its time when it is issued. */
export const keptOfInvoices = { ...keptOfDocuments, invoiceNumber: true, issuedAt: true } as const;

export const keptOfBills = { ...keptOfDocuments, approvedAt: true, approvedBy: true } as const;

/** Of the lines of invoices and bills: the document gives its company. */
export const keptOfLines = { ...keptOfAll, companyId: true } as const;

export const keptOfAccounts = { ...keptOfAll, isActive: true } as const;

export const keptOfPeriods = { ...keptOfAll, status: true, closedAt: true, closedBy: true } as const;

export const keptOfRates = keptOfAll;

/** Of payments: what is allocated, and what the database converts. */
export const keptOfPayments = {
  ...keptOfAll,
  baseAmount: true,
  allocatedAmount: true,
  allocatedBaseAmount: true,
  voidedOn: true,
} as const;

export const keptOfAllocations = { ...keptOfAll, baseAmount: true, sourceBaseAmount: true, reversedOn: true } as const;

/** Of entries that are posted by hand. */
export const keptOfEntries = {
  ...keptOfAll,
  source: true,
  sourceId: true,
  reversesEntryId: true,
  postedBy: true,
} as const;

/** Of the lines of such entries: the entry gives its company and date, the ledger the rest. */
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
