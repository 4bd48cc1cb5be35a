import type { Mutation } from "./mutations-isolation";

const add = (object: string, what: string, statements: string): Mutation => ["no-additions", object, what, statements];
const table = "accounting.invoices";
const pair = "CREATE FUNCTION public.same(uuid, text) RETURNS boolean LANGUAGE sql AS 'select true';";

/** What somebody adds that no table, view or function shows. */
export const additionMutations: Mutation[] = [
  add(
    `rule ${table}.swallow`,
    "a rule that swallows",
    `CREATE RULE swallow AS ON INSERT TO ${table} DO INSTEAD NOTHING`,
  ),
  add(
    `rule ${table}.copy`,
    "a rule that writes elsewhere",
    `CREATE TABLE public.copies (id uuid); CREATE RULE copy AS ON DELETE TO ${table} DO ALSO INSERT INTO public.copies VALUES (old.id)`,
  ),
  add(
    "rule accounting.totals.swallow",
    "a rule of a view",
    "CREATE RULE swallow AS ON UPDATE TO accounting.totals DO INSTEAD NOTHING",
  ),
  add(
    "event trigger watch",
    "an event trigger",
    `CREATE FUNCTION public.watch() RETURNS event_trigger LANGUAGE plpgsql AS 'begin end';
     CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION public.watch()`,
  ),
  add(
    "cast text AS uuid",
    "an implicit cast",
    `CREATE FUNCTION public.loose(text) RETURNS uuid LANGUAGE sql IMMUTABLE AS 'select null::uuid';
     CREATE CAST (text AS uuid) WITH FUNCTION public.loose(text) AS IMPLICIT`,
  ),
  add(
    "operator accounting.=(uuid,text)",
    "an operator",
    `${pair} CREATE OPERATOR accounting.= (LEFTARG = uuid, RIGHTARG = text, FUNCTION = public.same)`,
  ),
  add(
    "operator =(uuid,text)",
    "an operator in front of all others",
    `${pair} SET LOCAL allow_system_table_mods = on; CREATE OPERATOR pg_catalog.= (LEFTARG = uuid, RIGHTARG = text, FUNCTION = public.same)`,
  ),
  add("domain accounting.code", "a domain", "CREATE DOMAIN accounting.code AS text"),
  add("type accounting.pair", "a composite type", "CREATE TYPE accounting.pair AS (a int, b int)"),
  add(
    "aggregate accounting.total(numeric)",
    "an aggregate",
    "CREATE AGGREGATE accounting.total(numeric) (SFUNC = numeric_add, STYPE = numeric)",
  ),
  add("collation accounting.other", "a collation", `CREATE COLLATION accounting.other FROM "C"`),
  add(
    "text search configuration accounting.words",
    "a text search",
    "CREATE TEXT SEARCH CONFIGURATION accounting.words (COPY = pg_catalog.simple)",
  ),
  add("statistics accounting.both", "statistics", `CREATE STATISTICS accounting.both ON status, amount FROM ${table}`),
  add("operator family accounting.kin", "an operator family", "CREATE OPERATOR FAMILY accounting.kin USING btree"),
  add(
    "table public.child",
    "a child elsewhere",
    `CREATE TABLE public.child () INHERITS (${table}); REVOKE ALL ON public.child FROM PUBLIC`,
  ),
  add(
    "foreign table accounting.far",
    "a foreign table",
    `CREATE FOREIGN DATA WRAPPER nowhere; CREATE SERVER far FOREIGN DATA WRAPPER nowhere;
     CREATE FOREIGN TABLE accounting.far (id uuid) SERVER far`,
  ),
  [
    "one-owner",
    `table ${table}`,
    "a table of somebody else",
    `CREATE ROLE mini_owner NOLOGIN; ALTER TABLE ${table} OWNER TO mini_owner`,
  ],
  [
    "one-owner",
    "view accounting.totals",
    "a view of a login",
    "CREATE ROLE mini_login LOGIN IN ROLE authenticated; ALTER VIEW accounting.totals OWNER TO mini_login",
  ],
  [
    "one-owner",
    "sequence accounting.batch_numbers",
    "a sequence of somebody else",
    "CREATE ROLE mini_owner NOLOGIN; ALTER SEQUENCE accounting.batch_numbers OWNER TO mini_owner",
  ],
  [
    "no-default-privileges",
    "default privileges of mini_maker in schema accounting",
    "for new tables of a schema",
    "CREATE ROLE mini_maker; ALTER DEFAULT PRIVILEGES FOR ROLE mini_maker IN SCHEMA accounting GRANT SELECT ON TABLES TO authenticated",
  ],
  [
    "no-default-privileges",
    "default privileges of mini_maker",
    "for all new tables",
    "CREATE ROLE mini_maker; ALTER DEFAULT PRIVILEGES FOR ROLE mini_maker GRANT TRUNCATE ON TABLES TO PUBLIC",
  ],
  [
    "no-default-privileges",
    "default privileges of mini_maker in schema tenancy",
    "for new functions of a schema",
    "CREATE ROLE mini_maker; ALTER DEFAULT PRIVILEGES FOR ROLE mini_maker IN SCHEMA tenancy GRANT EXECUTE ON FUNCTIONS TO PUBLIC",
  ],
  ["nothing-made", "schema public", "objects in public, for everybody", "GRANT CREATE ON SCHEMA public TO PUBLIC"],
  [
    "nothing-made",
    "schema elsewhere",
    "objects in a schema of the app",
    "CREATE SCHEMA elsewhere; GRANT CREATE, USAGE ON SCHEMA elsewhere TO authenticated",
  ],
  [
    "nothing-made",
    "foreign server far",
    "a foreign server",
    "CREATE FOREIGN DATA WRAPPER nowhere; CREATE SERVER far FOREIGN DATA WRAPPER nowhere; GRANT USAGE ON FOREIGN SERVER far TO authenticated",
  ],
  [
    "foreign-keys-check",
    `table ${table}`,
    "foreign keys switched off",
    `UPDATE pg_trigger SET tgenabled = 'D' WHERE tgisinternal AND tgrelid = '${table}'::regclass`,
  ],
  [
    "foreign-keys-check",
    `table ${table}`,
    "foreign keys of replicas alone",
    `UPDATE pg_trigger SET tgenabled = 'R' WHERE tgisinternal AND tgconstrrelid = '${table}'::regclass`,
  ],
];
