/*
 * What nobody writes, per table: the scope, the database or the functions of sales keep it. Schemas leave these columns out
 * of their input, and writers leave them out of their rows.
 */
const keptOfAll = { tenantId: true, createdAt: true, updatedAt: true } as const;

export const keptOfBusinesses = { ...keptOfAll, isActive: true } as const;

export const keptOfConfig = { ...keptOfAll, id: true } as const;

export const keptOfMembers = { ...keptOfAll, isActive: true } as const;

export const keptOfProducts = { ...keptOfAll, isActive: true } as const;

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
