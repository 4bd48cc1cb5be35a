/** What nobody writes of a company: its scope and the database keep it, and `archive` and `restore` set the status. */
export const keptOfCompanies = { tenantId: true, createdAt: true, updatedAt: true, status: true } as const;
