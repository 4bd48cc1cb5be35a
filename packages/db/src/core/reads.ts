/**
 * Proof that a statement of a repository only reads. What is not proven counts as a write: a function may write whatever
 * its name says, and after a lost connection nobody may call a write undone that the server has committed.
 */

// Built-in functions that write nothing and lock nothing, and words of SQL that a bracket may follow. A test compares
// the functions with the server's catalogue.
export const readingFunctions = [
  ...["abs", "array_agg", "bool_and", "bool_or", "coalesce", "count", "date_trunc", "extract", "greatest", "least"],
  ...["json_agg", "json_build_array", "json_build_object", "jsonb_agg", "jsonb_build_object", "length", "lower"],
  ...["max", "min", "now", "nullif", "round", "row_number", "row_to_json", "sum", "unnest", "upper", "width_bucket"],
] as const;

const wordsBeforeBrackets = [
  ...["all", "and", "any", "as", "by", "case", "distinct", "else", "exists", "filter", "from", "having", "in", "join"],
  ...["lateral", "materialized", "not", "on", "or", "order", "over", "select", "then", "union", "using", "values"],
  ...["when", "where", "with", "within", "char", "numeric", "timestamp", "varchar"],
] as const;

/** What the policies read of the scope; STABLE, so that the server itself refuses a write in them. */
const scopeFunctions = ["tenant", "user", "company", "identity"].map((name) => `tenancy.current_${name}_id`);

const harmless: ReadonlySet<string> = new Set([...readingFunctions, ...wordsBeforeBrackets, ...scopeFunctions]);

// Parts that the proof does not read into: text and names. A text with a backslash, an escape prefix, a dollar quote
// or a comment is not understood, and proves nothing.
const literals = /'[^'\\]*'|"[^"\\]*"/g;
const notUnderstood = /\\|--|\/\*|\$\w*\$|\b[eu]&?'|\bu&"|;/i;
const writesOrLocks = /\b(?:insert|update|delete|merge|into|for|call|do|copy|set|truncate|lock)\b/i;
const beforeBracket = /([\w.]*\w|")\s*\(/g;

/**
 * True for a query that begins with SELECT or WITH, has no writing or locking word outside literals, and calls no
 * function but those known to read. Anything else is false, also for queries that only read.
 */
export function isProvenToRead(sql: string): boolean {
  if (!/^\s*(?:select|with)\b/i.test(sql) || notUnderstood.test(sql)) return false;
  const bare = sql.replace(literals, (literal) => (literal.startsWith("'") ? "''" : '""'));
  if (writesOrLocks.test(bare)) return false;
  for (const [, name = "", index] of namesBeforeBrackets(bare)) {
    if (!harmless.has(name.toLowerCase()) && !isAlias(bare, Number(index))) return false;
  }
  return true;
}

function namesBeforeBrackets(text: string): [string, string, number][] {
  return [...text.matchAll(beforeBracket)].map((match) => [match[0], match[1] ?? "", match.index]);
}

/** `as piece (…)`: the names of an alias's columns, no call. */
function isAlias(text: string, index: number): boolean {
  return /\bas\s+$/i.test(text.slice(0, index));
}
