import type { Catalogue, FunctionInfo, TriggerInfo } from "../types";
import type { Rule } from "./rule";

/*
 * A BEFORE trigger fires for rows that are then not written: ON CONFLICT leaves one out, a trigger that fires later skips
 * one. What it had written elsewhere would stay. So such triggers change their own row or refuse it, and lock; AFTER
 * triggers write. Decided from the text of the trigger's function and of every function that it calls, so that only SQL
 * hidden in a text escapes, and running such a text is refused as well.
 */

const opaque = /"(?:[^"]|"")*"|\be'(?:[^'\\]|''|\\[\s\S])*'|'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\//gi;

/** A name as the patterns read it: without quotes, and with nothing in it that ends a name. */
const plain = (quoted: string) => quoted.replace(/^"|"$/g, "").replace(/[^\w$]/g, "_");

/** SQL without comments and without the content of literals, in which words are only words. */
const bare = (text: string) => text.replace(opaque, (part) => (part.startsWith('"') ? `"${plain(part)}"` : " "));

const name = String.raw`"?[\w$]+"?`;
const writing: readonly [what: string, pattern: RegExp][] = [
  ["inserts", /\binsert\s+into\b/i],
  ["merges", /\bmerge\s+into\b/i],
  ["deletes", /\bdelete\s+from\b/i],
  ["truncates", /\btruncate\b/i],
  // Not FOR UPDATE, which locks, nor ON CONFLICT DO UPDATE SET, which belongs to an insert.
  [
    "updates",
    new RegExp(
      String.raw`\bupdate\s+(?:only\s+)?(?:${name}\s*\.\s*)?${name}(?:\s*\*)?(?:\s+(?:as\s+)?${name})?\s+set\b`,
      "i",
    ),
  ],
  ["runs SQL given as text", /\bexecute\b/i],
  [
    "counts or tells outside of the transaction's rows",
    /\b(?:nextval|setval|pg_notify|lo_\w+|dblink\w*)\s*\(|\bnotify\b/i,
  ],
];

/** The functions that a text calls, by their names. An unqualified call may mean any function of that name. */
function calledBy(text: string, functions: readonly FunctionInfo[]): FunctionInfo[] {
  const calls = [...text.matchAll(/(?:"?([\w$]+)"?\s*\.\s*)?"?([\w$]+)"?\s*\(/g)].map(([, schema, called]) => ({
    schema: schema?.toLowerCase(),
    called: called?.toLowerCase(),
  }));
  return functions.filter((known) =>
    calls.some(({ schema, called }) => called === nameOf(known) && (schema ?? known.schema) === known.schema),
  );
}

const nameOf = ({ fullName, schema }: FunctionInfo) =>
  plain(fullName.slice(schema.length + 1, fullName.indexOf("("))).toLowerCase();

/** The first write that the function, or one that it calls, makes. */
function writeOf(source: string, functions: readonly FunctionInfo[]): string | undefined {
  const seen = new Set<FunctionInfo>();
  const visit = (text: string, where: string): string | undefined => {
    const found = writing.find(([, pattern]) => pattern.test(text));
    if (found) return `${where} ${found[0]}`;
    for (const called of calledBy(text, functions)) {
      if (seen.has(called)) continue;
      seen.add(called);
      const deeper = visit(bare(bodyOf(called)), `it calls ${called.fullName}, which`);
      if (deeper) return deeper;
    }
    return undefined;
  };
  return visit(bare(source), "it");
}

// The head of a definition names the function itself, and its options.
const bodyOf = ({ definition }: FunctionInfo) => {
  const body = definition.search(/\bAS \$|\bRETURN\b|\bBEGIN ATOMIC\b/);
  return body < 0 ? definition : definition.slice(body);
};

const isBefore = ({ definition }: TriggerInfo) => /^CREATE TRIGGER \S+ BEFORE\b/.test(definition);

const beforeWritesNothing: Rule = (catalogue: Catalogue) =>
  catalogue.tables.flatMap((table) =>
    table.triggers.filter(isBefore).flatMap((trigger) => {
      const found = writeOf(trigger.functionSource, catalogue.functions);
      if (found === undefined) return [];
      return [
        {
          object: `trigger ${table.fullName}.${trigger.name}`,
          expected: "a BEFORE trigger that changes its own row or refuses it, and writes nothing elsewhere",
          found,
          fix: "Let an AFTER trigger write: it fires for rows that are written. Or allow it with the reason why its row is sure.",
        },
      ];
    }),
  );

export const triggerRules = { "before-writes-nothing": beforeWritesNothing } satisfies Record<string, Rule>;
