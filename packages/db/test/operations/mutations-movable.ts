import type { Mutation } from "./mutations-isolation";

const auth = `CREATE SCHEMA auth; CREATE TABLE auth."user" (id uuid CONSTRAINT user_pkey PRIMARY KEY, email text);
  GRANT SELECT ON auth."user" TO identity;`;
const self = `CREATE SCHEMA self; CREATE FUNCTION self.current_identity_id() RETURNS uuid LANGUAGE sql STABLE
  AS $$ select null::uuid $$; REVOKE ALL ON FUNCTION self.current_identity_id() FROM PUBLIC;`;
const closed = "REVOKE ALL ON FUNCTION accounting.f() FROM PUBLIC";
const plpgsql = (body: string) =>
  `${auth} CREATE FUNCTION accounting.f() RETURNS void LANGUAGE plpgsql AS $f$ begin ${body} end $f$; ${closed}`;

/** What would tie a tenant to persons, to other tenants or to one server. */
export const movableMutations: Mutation[] = [
  [
    "identity-apart",
    "constraint accounting.invoices.invoices_owner_fkey",
    "a foreign key to a person",
    `${auth} ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_owner_fkey FOREIGN KEY (tenant_id) REFERENCES auth."user"`,
  ],
  [
    "identity-apart",
    "trigger accounting.invoices.tell",
    "a trigger that calls a function of auth",
    `${auth} CREATE FUNCTION auth.tell() RETURNS trigger LANGUAGE plpgsql AS 'begin return null; end';
     REVOKE ALL ON FUNCTION auth.tell() FROM PUBLIC;
     CREATE TRIGGER tell AFTER INSERT ON accounting.invoices FOR EACH ROW EXECUTE FUNCTION auth.tell()`,
  ],
  [
    "identity-apart",
    "view accounting.people",
    "a view over persons",
    `${auth} CREATE VIEW accounting.people WITH (security_invoker = true) AS SELECT id FROM auth."user"`,
  ],
  ["identity-apart", "function accounting.f()", "a statement of PL/pgSQL", plpgsql('perform from auth."user";')],
  ["identity-apart", "function accounting.f()", "quoted names", plpgsql('perform from "auth"."user";')],
  ["identity-apart", "function accounting.f()", "dynamic SQL", plpgsql(`execute 'select from auth.user';`)],
  [
    "identity-apart",
    "function accounting.f()",
    "dynamic SQL in parts",
    plpgsql(`execute format('select from %I.%I', 'auth', 'user');`),
  ],
  [
    "identity-apart",
    "function accounting.f()",
    "a type",
    `${auth} CREATE FUNCTION accounting.f() RETURNS SETOF auth."user" LANGUAGE plpgsql AS 'begin end'; ${closed}`,
  ],
  [
    "identity-apart",
    "function accounting.f()",
    "a body of the SQL standard",
    `${auth} SET LOCAL search_path = auth; CREATE FUNCTION accounting.f() RETURNS bigint LANGUAGE sql RETURN (SELECT count(*) FROM "user"); ${closed}`,
  ],
  [
    "identity-apart",
    "function accounting.f()",
    "the search_path",
    `${auth} CREATE FUNCTION accounting.f() RETURNS bigint LANGUAGE sql SET search_path = pg_catalog, auth AS 'select count(*) from "user"'; ${closed}`,
  ],
  [
    "identity-apart",
    "column accounting.invoices.author",
    "the default of a column",
    `${self} ALTER TABLE accounting.invoices ADD COLUMN author uuid DEFAULT self.current_identity_id()`,
  ],
  [
    "identity-apart",
    "policy accounting.invoices.own",
    "a policy",
    `${self} CREATE POLICY own ON accounting.invoices AS RESTRICTIVE TO authenticated USING (id = self.current_identity_id())`,
  ],
  [
    "identity-apart",
    "constraint accounting.invoices.invoices_author_check",
    "a check",
    `${self} ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_author_check CHECK (id <> self.current_identity_id())`,
  ],
  [
    "identity-apart",
    "function auth.f()",
    "a function of auth that reads tenants",
    `${auth} CREATE FUNCTION auth.f() RETURNS bigint LANGUAGE plpgsql AS 'begin return (select count(*) from tenancy.tenants); end';
     REVOKE ALL ON FUNCTION auth.f() FROM PUBLIC`,
  ],
  [
    "identity-apart",
    "constraint auth.members.members_tenant_fkey",
    "a foreign key of auth to a tenant",
    `${auth} CREATE TABLE auth.members (tenant uuid CONSTRAINT members_pkey PRIMARY KEY CONSTRAINT members_tenant_fkey REFERENCES tenancy.tenants);
     GRANT SELECT ON auth.members TO identity`,
  ],
  [
    "one-tenant",
    "policy accounting.invoices.reading",
    "a role that reads all tenants",
    "CREATE ROLE mini_reader NOLOGIN; CREATE POLICY reading ON accounting.invoices FOR SELECT TO mini_reader USING (true)",
  ],
  [
    "one-tenant",
    "function accounting.f()",
    "a function that changes the tenant of the scope",
    `CREATE FUNCTION accounting.f() RETURNS void LANGUAGE plpgsql AS $$ begin perform set_config('app.current_tenant_id', '', true); end $$; ${closed}`,
  ],
  [
    "one-tenant",
    "function accounting.f()",
    "a function that has a tenant of its own",
    `CREATE FUNCTION accounting.f() RETURNS int LANGUAGE sql SET app.current_tenant_id = '' AS 'select 1'; ${closed}`,
  ],
  ["no-sequences", "sequence accounting.numbers", "a sequence", "CREATE SEQUENCE accounting.numbers"],
  [
    "no-sequences",
    "column accounting.invoices.position",
    "an identity column",
    "ALTER TABLE accounting.invoices ADD COLUMN position int GENERATED ALWAYS AS IDENTITY",
  ],
  [
    "no-sequences",
    "column accounting.invoices.position",
    "a default from a sequence",
    "ALTER TABLE accounting.invoices ADD COLUMN position bigint DEFAULT nextval('accounting.batch_numbers')",
  ],
  [
    "default-replica-identity",
    "table accounting.invoices",
    "all columns",
    "ALTER TABLE accounting.invoices REPLICA IDENTITY FULL",
  ],
  [
    "default-replica-identity",
    "table accounting.invoices",
    "nothing",
    "ALTER TABLE accounting.invoices REPLICA IDENTITY NOTHING",
  ],
  [
    "default-replica-identity",
    "table accounting.invoices",
    "another index",
    `CREATE UNIQUE INDEX invoices_x_key ON accounting.invoices (tenant_id, amount);
     ALTER TABLE accounting.invoices REPLICA IDENTITY USING INDEX invoices_x_key`,
  ],
  [
    "silent-triggers",
    "trigger accounting.invoices.touch",
    "ENABLE ALWAYS",
    "ALTER TABLE accounting.invoices ENABLE ALWAYS TRIGGER touch",
  ],
  [
    "silent-triggers",
    "trigger accounting.invoices.tell",
    "ENABLE REPLICA",
    `CREATE TRIGGER tell AFTER INSERT ON accounting.invoices FOR EACH ROW EXECUTE FUNCTION tenancy.touch();
     ALTER TABLE accounting.invoices ENABLE REPLICA TRIGGER tell`,
  ],
  [
    "personal-rows",
    "table auth.profiles",
    "not forced",
    "CREATE SCHEMA auth; CREATE TABLE auth.profiles (id uuid CONSTRAINT profiles_pkey PRIMARY KEY); ALTER TABLE auth.profiles ENABLE ROW LEVEL SECURITY",
  ],
  [
    "personal-rows",
    "table auth.profiles",
    "without policies",
    "CREATE SCHEMA auth; CREATE TABLE auth.profiles (id uuid CONSTRAINT profiles_pkey PRIMARY KEY)",
  ],
];
