/*
 * What nobody writes, per table: the scope, the database or the functions of sales keep it. Schemas leave these columns out
 * of their input, and writers leave them out of their rows.
 */
const keptOfAll = { tenantId: true, createdAt: true, updatedAt: true } as const;

export const keptOfBusinesses = { ...keptOfAll, isActive: true, lastClosedDay: true } as const;

export const keptOfConfig = { ...keptOfAll, id: true } as const;

export const keptOfMembers = { ...keptOfAll, isActive: true } as const;

/** What a product cost last comes from its receipts. */
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
