/*
 * What nobody writes, per table: the scope, the database or the functions of sales keep it. Schemas leave these columns out
 * of their input, and writers leave them out of their rows.
 */
const keptOfAll = { tenantId: true, createdAt: true, updatedAt: true } as const;

export const keptOfBusinesses = { ...keptOfAll, isActive: true } as const;

export const keptOfConfig = { ...keptOfAll, id: true } as const;

export const keptOfMembers = { ...keptOfAll, isActive: true } as const;

/** What a product cost last comes from its receipts. */
export const keptOfProducts = { ...keptOfAll, isActive: true } as const;
