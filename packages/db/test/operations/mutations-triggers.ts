import type { Mutation } from "./mutations-isolation";

const closed = "REVOKE ALL ON FUNCTION accounting.f() FROM PUBLIC;";
const trigger = (body: string, when = "BEFORE INSERT", level = "ROW", more = "") =>
  `${more} CREATE FUNCTION accounting.f() RETURNS trigger LANGUAGE plpgsql AS $f$ begin ${body} return new; end $f$; ${closed}
   CREATE TRIGGER early ${when} ON accounting.invoices FOR EACH ${level} EXECUTE FUNCTION accounting.f()`;
const helper = (body: string, language = "plpgsql") =>
  `CREATE FUNCTION accounting.g(a uuid) RETURNS void LANGUAGE ${language} AS $f$ ${body} $f$;
   REVOKE ALL ON FUNCTION accounting.g(uuid) FROM PUBLIC;`;

const update = "update accounting.customers set number = 'x' where id = new.id;";

const caught = (what: string, statements: string): Mutation => [
  "before-writes-nothing",
  "trigger accounting.invoices.early",
  what,
  statements,
];

/** BEFORE triggers that write elsewhere before their row is sure. */
export const triggerMutations: Mutation[] = [
  caught("an update", trigger(update)),
  caught(
    "an update with an alias, on two lines",
    trigger('UPDATE only accounting."customers"\n as c\n SET number = null;'),
  ),
  caught("an update of a name with a space", trigger('update accounting."odd name" o set number = null;')),
  caught(
    "an update behind a quote within a text",
    trigger("new.status := E'\\''; update accounting.customers set number = '';"),
  ),
  caught(
    "an update behind a quote within a name",
    trigger("perform new.id as \"it's\"; update accounting.customers set number = '';"),
  ),
  caught("an insert", trigger("insert into accounting.customers (id) values (new.id);")),
  caught("a delete before each statement", trigger("delete from accounting.customers;", "BEFORE UPDATE", "STATEMENT")),
  caught(
    "a merge",
    trigger("merge into accounting.customers c using (select 1) o on true when matched then do nothing;"),
  ),
  caught(
    "SQL given as text",
    trigger("execute 'update' || ' accounting.customers set number = null';", "BEFORE DELETE"),
  ),
  caught("a counter", trigger("perform nextval('accounting.batch_numbers');")),
  caught(
    "a function that it calls",
    trigger(
      "perform accounting.g(new.id);",
      "BEFORE INSERT",
      "ROW",
      helper(`begin ${update.replace("new.id", "a")} end`),
    ),
  ),
  caught(
    "an SQL function, called without its schema",
    trigger("perform g(new.id);", "BEFORE INSERT", "ROW", helper(update.replace("new.id", "a"), "sql")),
  ),
];

/** What is no write: locks, words in literals and comments, AFTER triggers. */
export const harmlessTriggers: [what: string, statements: string][] = [
  [
    "a lock",
    trigger(
      "perform from accounting.customers c where c.id = new.id for no key update; perform from accounting.customers c for update of c;",
    ),
  ],
  ["words", trigger("-- it's an update of accounting.customers set to\n new.status := 'insert into x';")],
  ["an AFTER trigger", trigger(update, "AFTER INSERT")],
  ["its own row", trigger("new.updated_at := now();", "BEFORE UPDATE")],
];
