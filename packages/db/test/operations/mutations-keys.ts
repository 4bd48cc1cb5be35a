import type { Mutation } from "./mutations-isolation";

const refer = (rest: string) =>
  `ALTER TABLE accounting.invoices DROP CONSTRAINT invoices_customer_id_fkey;
   ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_customer_id_fkey FOREIGN KEY ${rest}`;

/** What keys, indexes and foreign keys must be. */
export const keyMutations: Mutation[] = [
  [
    "tenant-key",
    "table accounting.invoices",
    "without primary key",
    "ALTER TABLE accounting.invoices DROP CONSTRAINT invoices_pkey",
  ],
  [
    "tenant-key",
    "table accounting.invoices",
    "another order",
    "ALTER TABLE accounting.invoices DROP CONSTRAINT invoices_pkey; ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_pkey PRIMARY KEY (id, tenant_id)",
  ],
  [
    "tenant-leads-index",
    "index accounting.invoices.idx_invoices_status",
    "index",
    "CREATE INDEX idx_invoices_status ON accounting.invoices (status)",
  ],
  [
    "tenant-leads-index",
    "index accounting.invoices.idx_invoices_status",
    "unique expression",
    "CREATE UNIQUE INDEX idx_invoices_status ON accounting.invoices (lower(status), tenant_id)",
  ],
  [
    "tenant-leads-index",
    "constraint accounting.invoices.invoices_status_key",
    "unique constraint",
    "ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_status_key UNIQUE (status)",
  ],
  [
    "foreign-key-carries-tenant",
    "constraint accounting.invoices.invoices_customer_id_fkey",
    "another order",
    `CREATE UNIQUE INDEX customers_x_key ON accounting.customers (tenant_id, id, company_id); ${refer("(customer_id, tenant_id) REFERENCES accounting.customers (id, tenant_id)")}`,
  ],
  [
    "tenant-reference",
    "table accounting.invoices",
    "dropped",
    "ALTER TABLE accounting.invoices DROP CONSTRAINT invoices_tenant_id_fkey",
  ],
  [
    "foreign-key-actions",
    "constraint accounting.invoices.invoices_customer_id_fkey",
    "SET NULL",
    refer("(tenant_id, customer_id) REFERENCES accounting.customers ON DELETE SET NULL (customer_id)"),
  ],
  [
    "foreign-key-actions",
    "constraint accounting.invoices.invoices_customer_id_fkey",
    "ON UPDATE CASCADE",
    refer("(tenant_id, customer_id) REFERENCES accounting.customers ON UPDATE CASCADE"),
  ],
  [
    "not-deferrable",
    "constraint accounting.invoices.invoices_customer_id_fkey",
    "deferrable",
    refer("(tenant_id, customer_id) REFERENCES accounting.customers DEFERRABLE"),
  ],
  [
    "foreign-key-from-shared-table",
    "constraint tenancy.plans.plans_customer_fkey",
    "a table without tenant",
    "CREATE TABLE tenancy.plans (owner uuid, customer uuid, CONSTRAINT plans_pkey PRIMARY KEY (owner, customer), CONSTRAINT plans_customer_fkey FOREIGN KEY (owner, customer) REFERENCES accounting.customers)",
  ],
  [
    "foreign-key-indexed",
    "constraint accounting.invoices.invoices_customer_id_fkey",
    "index dropped",
    "DROP INDEX accounting.idx_invoices_customer_id",
  ],
  [
    "foreign-key-indexed",
    "constraint accounting.invoices.invoices_customer_id_fkey",
    "a partial index",
    "DROP INDEX accounting.idx_invoices_customer_id; CREATE INDEX idx_invoices_x ON accounting.invoices (tenant_id, customer_id) WHERE status = 'open'",
  ],
];
