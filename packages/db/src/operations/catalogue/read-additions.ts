import type { ClientBase } from "pg";
import { notOfExtension } from "./read-tables";
import { byName, normaliseText } from "./text";
import type { AdditionInfo } from "./types";

/** Oids below are what initdb makes. */
const firstOfUser = 16384;

const ours = (column: string) => `${column} IN (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = ANY ($1))`;
const fullName = (schema: string, name: string) =>
  `(SELECT nspname FROM pg_catalog.pg_namespace WHERE oid = ${schema}) || '.' || ${name}`;

/** Kinds of objects in the schemas that no migration of the package makes: the catalogue, how they are called, how dropped. */
const kinds: [catalogue: string, kind: string, schema: string, name: string, where?: string][] = [
  ["pg_class", "FOREIGN TABLE", "relnamespace", "relname", "relkind = 'f'"],
  ["pg_class", "TYPE", "relnamespace", "relname", "relkind = 'c'"],
  ["pg_type", "DOMAIN", "typnamespace", "typname", "typtype = 'd'"],
  // Arrays, multiranges and the types of tables come with something else.
  ["pg_type", "TYPE", "typnamespace", "typname", "(typtype = 'r' OR typtype = 'b' AND typcategory <> 'A')"],
  ["pg_collation", "COLLATION", "collnamespace", "collname"],
  ["pg_conversion", "CONVERSION", "connamespace", "conname"],
  ["pg_statistic_ext", "STATISTICS", "stxnamespace", "stxname"],
  ["pg_ts_config", "TEXT SEARCH CONFIGURATION", "cfgnamespace", "cfgname"],
  ["pg_ts_dict", "TEXT SEARCH DICTIONARY", "dictnamespace", "dictname"],
  ["pg_ts_parser", "TEXT SEARCH PARSER", "prsnamespace", "prsname"],
  ["pg_ts_template", "TEXT SEARCH TEMPLATE", "tmplnamespace", "tmplname"],
];

/** Each gives object, what it is, and the statement that removes it. */
const queries = [
  ...kinds.map(
    ([catalogue, kind, schema, name, where = "true"]) =>
      `SELECT '${kind.toLowerCase()} ' || ${fullName(schema, name)}, '${/^[AEIOU]/.test(kind) ? "an" : "a"} ${kind.toLowerCase()}',
         format('DROP ${kind} %I.%I', (SELECT nspname FROM pg_catalog.pg_namespace WHERE oid = ${schema}), ${name})
       FROM pg_catalog.${catalogue} o
       WHERE ${ours(schema)} AND ${where} AND ${notOfExtension(`pg_catalog.${catalogue}`, "o.oid")}`,
  ),
  // A rule rewrites the statements of every session, before policies and triggers.
  `SELECT 'rule ' || ${fullName("c.relnamespace", "c.relname")} || '.' || w.rulename, pg_get_ruledef(w.oid),
     format('DROP RULE %I ON %s', w.rulename, c.oid::regclass)
   FROM pg_catalog.pg_rewrite w JOIN pg_catalog.pg_class c ON c.oid = w.ev_class
   WHERE ${ours("c.relnamespace")} AND (c.relkind NOT IN ('v', 'm') OR w.rulename <> '_RETURN')`,
  `SELECT 'event trigger ' || v.evtname, format('on %s, running %s', v.evtevent, v.evtfoid::regprocedure),
     format('DROP EVENT TRIGGER %I', v.evtname)
   FROM pg_catalog.pg_event_trigger v WHERE ${notOfExtension("pg_catalog.pg_event_trigger", "v.oid")}`,
  `SELECT format('cast %s AS %s', k.castsource::regtype, k.casttarget::regtype),
     CASE k.castcontext WHEN 'i' THEN 'an implicit cast' WHEN 'a' THEN 'a cast in assignments' ELSE 'a cast' END,
     format('DROP CAST (%s AS %s)', k.castsource::regtype, k.casttarget::regtype)
   FROM pg_catalog.pg_cast k WHERE k.oid >= ${firstOfUser} AND ${notOfExtension("pg_catalog.pg_cast", "k.oid")}`,
  `SELECT 'operator ' || o.oid::regoperator, 'an operator', format('DROP OPERATOR %s', o.oid::regoperator)
   FROM pg_catalog.pg_operator o
   WHERE (${ours("o.oprnamespace")} OR o.oprnamespace = 'pg_catalog'::regnamespace AND o.oid >= ${firstOfUser})
     AND ${notOfExtension("pg_catalog.pg_operator", "o.oid")}`,
  ...["opclass", "opfamily"].map((kind) => {
    const [prefix, words] = kind === "opclass" ? ["opc", "operator class"] : ["opf", "operator family"];
    return `SELECT '${words} ' || ${fullName(`o.${prefix}namespace`, `o.${prefix}name`)}, 'an ${words}',
       format('DROP ${words.toUpperCase()} %I.%I USING %I', o.${prefix}namespace::regnamespace, o.${prefix}name, a.amname)
     FROM pg_catalog.pg_${kind} o JOIN pg_catalog.pg_am a ON a.oid = o.${prefix}method
     WHERE ${ours(`o.${prefix}namespace`)} AND ${notOfExtension(`pg_catalog.pg_${kind}`, "o.oid")}`;
  }),
  `SELECT 'aggregate ' || p.oid::regprocedure, 'an aggregate', format('DROP AGGREGATE %s', p.oid::regprocedure)
   FROM pg_catalog.pg_proc p
   WHERE p.prokind = 'a' AND ${ours("p.pronamespace")} AND ${notOfExtension("pg_catalog.pg_proc", "p.oid")}`,
  `SELECT 'language ' || l.lanname, 'a language', format('DROP LANGUAGE %I', l.lanname)
   FROM pg_catalog.pg_language l WHERE l.oid >= ${firstOfUser} AND ${notOfExtension("pg_catalog.pg_language", "l.oid")}`,
  // Rows of a child show through its parent without the child's policies. Partitions of our own are proven as tables.
  `SELECT 'table ' || ${fullName("c.relnamespace", "c.relname")}, format('a child of %s', p.oid::regclass),
     CASE WHEN c.relispartition THEN format('ALTER TABLE %s DETACH PARTITION %s', p.oid::regclass, c.oid::regclass)
       ELSE format('ALTER TABLE %s NO INHERIT %s', c.oid::regclass, p.oid::regclass) END
   FROM pg_catalog.pg_inherits i
   JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid AND c.relkind IN ('r', 'p', 'f')
   JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
   WHERE (${ours("c.relnamespace")} OR ${ours("p.relnamespace")})
     AND NOT (c.relispartition AND ${ours("c.relnamespace")} AND ${ours("p.relnamespace")})`,
];

/** What somebody added that changes how the statements of sessions run, and that neither tables nor functions show. */
export async function readAdditions(client: ClientBase, schemas: string[]): Promise<AdditionInfo[]> {
  const { rows } = await client.query<AdditionInfo>(
    `SELECT object, found, drop FROM (${queries.join("\nUNION ALL\n")}) a(object, found, drop)`,
    [schemas],
  );
  return rows.map((row) => ({ ...row, found: normaliseText(row.found) })).sort(byName((addition) => addition.object));
}
