/** One change to the right schema, and the rule that must notice it. */
export type Mutation = [rule: string, object: string, what: string, statements: string];

const same = "tenant_id = (select tenancy.current_tenant_id())";
const isolation = (rest: string) =>
  `DROP POLICY tenant_isolation ON accounting.invoices; CREATE POLICY tenant_isolation ON accounting.invoices ${rest}`;
const company = (rest: string) =>
  `DROP POLICY company_isolation ON accounting.invoices; CREATE POLICY company_isolation ON accounting.invoices ${rest}`;
const sameCompany =
  "(select tenancy.current_company_id()) is null or company_id = (select tenancy.current_company_id())";

/** What row level security and its policies must be. */
export const isolationMutations: Mutation[] = [
  [
    "row-security-forced",
    "table accounting.invoices",
    "FORCE removed",
    "ALTER TABLE accounting.invoices NO FORCE ROW LEVEL SECURITY",
  ],
  [
    "row-security-forced",
    "table accounting.invoices",
    "disabled",
    "ALTER TABLE accounting.invoices DISABLE ROW LEVEL SECURITY",
  ],
  [
    "tenant-isolation-policy",
    "policy accounting.invoices.tenant_isolation",
    "dropped",
    "DROP POLICY tenant_isolation ON accounting.invoices",
  ],
  [
    "tenant-isolation-policy",
    "policy accounting.invoices.tenant_isolation",
    "without WITH CHECK",
    isolation(`TO authenticated USING (${same})`),
  ],
  [
    "tenant-isolation-policy",
    "policy accounting.invoices.tenant_isolation",
    "widened by OR",
    isolation(`TO authenticated USING (${same} OR company_id IS NULL) WITH CHECK (${same})`),
  ],
  [
    "tenant-isolation-policy",
    "policy accounting.invoices.tenant_isolation",
    "the bare function",
    isolation(
      "TO authenticated USING (tenant_id = tenancy.current_tenant_id()) WITH CHECK (tenant_id = tenancy.current_tenant_id())",
    ),
  ],
  [
    "tenant-isolation-policy",
    "policy accounting.invoices.tenant_isolation",
    "for PUBLIC",
    isolation(`USING (${same}) WITH CHECK (${same})`),
  ],
  [
    "tenant-isolation-policy",
    "policy accounting.invoices.tenant_isolation",
    "SELECT only",
    isolation(`FOR SELECT TO authenticated USING (${same})`),
  ],
  [
    "no-wider-policy",
    "policy accounting.invoices.extra",
    "a second permissive policy",
    "CREATE POLICY extra ON accounting.invoices TO authenticated USING (company_id IS NULL)",
  ],
  [
    "no-wider-policy",
    "policy accounting.invoices.extra",
    "one for everybody",
    "CREATE POLICY extra ON accounting.invoices FOR SELECT USING (true)",
  ],
  [
    "platform-access-policy",
    "policy accounting.invoices.platform_access",
    "dropped",
    "DROP POLICY platform_access ON accounting.invoices",
  ],
  [
    "platform-access-policy",
    "policy accounting.invoices.platform_access",
    "narrowed",
    "ALTER POLICY platform_access ON accounting.invoices USING (company_id IS NULL)",
  ],
  [
    "company-isolation-policy",
    "policy accounting.invoices.company_isolation",
    "dropped",
    "DROP POLICY company_isolation ON accounting.invoices",
  ],
  [
    "company-isolation-policy",
    "policy accounting.invoices.company_isolation",
    "without WITH CHECK",
    company(`AS RESTRICTIVE TO authenticated USING (${sameCompany})`),
  ],
  [
    "company-isolation-policy",
    "policy accounting.invoices.company_isolation",
    "another column",
    company(
      "AS RESTRICTIVE TO authenticated USING (id = (select tenancy.current_company_id())) WITH CHECK (id = (select tenancy.current_company_id()))",
    ),
  ],
  [
    "shared-table",
    "table tenancy.tenants",
    "read by tenants without row security",
    "GRANT SELECT ON tenancy.tenants TO authenticated",
  ],
  [
    "shared-table",
    "table tenancy.tenants",
    "one column of it",
    "GRANT SELECT (name) ON tenancy.tenants TO authenticated",
  ],
];
