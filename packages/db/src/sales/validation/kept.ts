/*
 * What nobody writes, per table: the scope, the database or the functions of sales keep it. Schemas leave these columns out
 * of their input, and writers leave them out of their rows.
 */
const keptOfAll = { tenantId: true, createdAt: true, updatedAt: true } as const;

export const keptOfBusinesses = { ...keptOfAll, isActive: true, lastClosedDay: true } as const;

export const keptOfConfig = { ...keptOfAll, id: true } as const;

export const keptOfMembers = { ...keptOfAll, isActive: true } as const;

export const keptOfProducts = { ...keptOfAll, isActive: true } as const;

/** What a route's functions keep. Its rows hold the hash of the request besides. */
export const keptOfDistribuciones = {
  ...keptOfAll,
  kilosAsignados: true,
  kilosVendidos: true,
  montoRecaudado: true,
  estado: true,
  closedAt: true,
  closedBy: true,
  settlements: true,
  settlementHash: true,
  reopenReason: true,
} as const;

/** The total is the sum of the items. An order's rows hold the hash of the request besides. */
export const keptOfOrders = { ...keptOfAll, status: true, totalAmount: true } as const;

/** Items of an order take its business and position. */
export const keptOfOrderItems = { ...keptOfAll, businessId: true, orderId: true } as const;
/** Who creates a customer is the scope's member. */
export const keptOfCustomers = {
  ...keptOfAll,
  createdBy: true,
  syncStatus: true,
  syncAttempts: true,
  isActive: true,
} as const;

/** Recording computes these from the items, the day and the members. */
export const keptOfSales = {
  ...keptOfAll,
  status: true,
  totalAmount: true,
  balanceDue: true,
  tara: true,
  netWeight: true,
  salesPoint: true,
  commissionRate: true,
  syncStatus: true,
  syncAttempts: true,
  saleDay: true,
  voidedOn: true,
  voidedBy: true,
  isLate: true,
  reviewedAt: true,
  reviewedBy: true,
} as const;

/** Items repeat the business of their sale, and what the product is on its day. */
export const keptOfSaleItems = {
  ...keptOfAll,
  businessId: true,
  saleId: true,
  lineNumber: true,
  productName: true,
  unit: true,
  subtotal: true,
  unitCost: true,
} as const;

/** Allocating and voiding keep these. */
export const keptOfAbonos = {
  ...keptOfAll,
  status: true,
  allocatedAmount: true,
  syncStatus: true,
  syncAttempts: true,
  abonoDay: true,
  voidedOn: true,
  voidedBy: true,
  voidReason: true,
  isLate: true,
  reviewedAt: true,
  reviewedBy: true,
} as const;

/** What a movement does to the stock is computed where its product is locked. */
export const keptOfMovements = {
  tenantId: true,
  sourceId: true,
  day: true,
  countedQuantity: true,
  productVersion: true,
  quantityAfter: true,
  createdBy: true,
  createdAt: true,
} as const;
