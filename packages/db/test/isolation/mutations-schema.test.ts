import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { catalogueScope } from "../../src/domains";
import { validateSchema } from "../../src/index";
import { schemaFile } from "../../src/operations/assets";
import { validateSchema as validateOn } from "../../src/operations/catalogue";
import { type Arena, openArena } from "./arena";

/** A protection taken away, and what `validateSchema` must say: `rule object`, and what it found there. */
interface SchemaMutation {
  what: string;
  spoil: string;
  complaints: Record<string, RegExp>;
}

const same = "tenant_id = (select tenancy.current_tenant_id())";

const mutations: SchemaMutation[] = [
  {
    what: "FORCE",
    spoil: "alter table accounting.invoices no force row level security",
    complaints: {
      "drift rls accounting.invoices": /^missing$/,
      "row-security-forced table accounting.invoices": /^enabled, not forced: it does not bind the owner$/,
    },
  },
  {
    what: "row level security",
    spoil: "alter table accounting.customers disable row level security",
    complaints: {
      "drift rls accounting.customers": /^missing$/,
      "row-security-forced table accounting.customers": /^not enabled$/,
    },
  },
  {
    what: "the policy of tenants",
    spoil: "drop policy tenant_isolation on tenancy.users",
    complaints: {
      "drift policy tenancy.users.tenant_isolation": /^missing$/,
      "tenant-isolation-policy policy tenancy.users.tenant_isolation": /^missing$/,
    },
  },
  {
    what: "the policy of companies",
    spoil: "drop policy company_isolation on accounting.invoice_lines",
    complaints: {
      "drift policy accounting.invoice_lines.company_isolation": /^missing$/,
      "company-isolation-policy policy accounting.invoice_lines.company_isolation": /^missing$/,
    },
  },
  {
    what: "the policy of the companies themselves",
    spoil: "drop policy company_isolation on tenancy.companies",
    complaints: {
      "drift policy tenancy.companies.company_isolation": /^missing$/,
      "company-isolation-policy policy tenancy.companies.company_isolation": /^missing$/,
    },
  },
  {
    // No attack finds this one: PostgreSQL then holds writes against USING, which somebody may widen for reading.
    what: "WITH CHECK",
    spoil: `drop policy tenant_isolation on accounting.customers;
      create policy tenant_isolation on accounting.customers to authenticated using (${same})`,
    complaints: {
      "drift policy accounting.customers.tenant_isolation": /USING/,
      "tenant-isolation-policy policy accounting.customers.tenant_isolation": /WITH CHECK \(nothing\)$/,
    },
  },
  {
    what: "the tenant in a foreign key",
    spoil: `alter table accounting.invoices drop constraint invoices_customer_id_fkey;
      create unique index idx_customers_id on accounting.customers (id);
      alter table accounting.invoices add constraint invoices_customer_id_fkey
        foreign key (customer_id) references accounting.customers (id) on delete restrict`,
    complaints: {
      "drift constraint accounting.invoices.invoices_customer_id_fkey": /FOREIGN KEY \(customer_id\)/,
      "drift index accounting.customers.idx_customers_id": /^CREATE UNIQUE INDEX/,
      "foreign-key-carries-tenant constraint accounting.invoices.invoices_customer_id_fkey": /\(customer_id\)/,
      "foreign-key-indexed constraint accounting.invoices.invoices_customer_id_fkey": /\(customer_id\)/,
      "tenant-leads-index index accounting.customers.idx_customers_id": /\(id\)$/,
    },
  },
  {
    what: "security_invoker of a view",
    spoil: "create view accounting.customer_names as select id, name from accounting.customers",
    complaints: {
      "drift view accounting.customer_names": /^CREATE VIEW/,
      "view-security-invoker view accounting.customer_names": /^a view that reads with its owner's rights$/,
    },
  },
  {
    what: "the limit of the runtime role",
    spoil: "grant truncate on accounting.invoices to authenticated",
    complaints: {
      "drift grants accounting.invoices": /TRUNCATE/,
      "runtime-privileges table accounting.invoices": /^TRUNCATE$/,
    },
  },
];

let arena: Arena;

beforeAll(async () => {
  arena = await openArena();
});
afterAll(() => arena.close());

describe("validateSchema", () => {
  it("complains of nothing before anything is taken away", async () => {
    expect(await validateSchema(arena.test.db)).toEqual({ isValid: true, errors: [] });
  });

  it.each(mutations)("complains when it lost $what", async ({ spoil, complaints }) => {
    const { owner } = arena.duel;
    await owner.query("begin");
    try {
      await owner.query(spoil);
      const { isValid, errors } = await validateOn(owner, {
        expected: readFileSync(schemaFile(), "utf8"),
        ...catalogueScope,
      });
      const found = Object.fromEntries(errors.map((error) => [`${error.rule} ${error.object}`, error.found]));
      const expected = Object.entries(complaints).map(([key, words]) => [key, expect.stringMatching(words)]);
      expect({ isValid, found }).toEqual({ isValid: false, found: Object.fromEntries(expected) });
    } finally {
      await owner.query("rollback");
    }
  });

  it("is asked by the application itself, on its own login", async () => {
    await arena.duel.owner.query("alter table accounting.invoices no force row level security");
    const { isValid, errors } = await validateSchema(arena.test.db);
    expect({ isValid, objects: errors.map((error) => error.object) }).toEqual({
      isValid: false,
      objects: ["rls accounting.invoices", "table accounting.invoices"],
    });
  });
});
