import { normaliseText } from "./text";

interface Token {
  readonly text: string;
  readonly kind: "space" | "string" | "identifier" | "other";
  /** How many parentheses are open around it. */
  readonly depth: number;
  /** True inside a nested query, which qualifies its columns in every server version. */
  readonly nested: boolean;
}

const tokenPattern = /\s+|E?'(?:[^'\\]|''|\\.)*'|"(?:[^"]|"")*"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|[\s\S]/g;
const endOfFrom = /^(where|group|having|window|order|limit|offset|fetch|for|union|intersect|except)$/i;

/**
 * PostgreSQL 15 qualifies every column of a view (`SELECT i.id FROM acc.inv i`), 16 and later only where the query has
 * several sources. Takes the qualifier away where there is one source, so that both print the same.
 */
export function normaliseView(definition: string): string {
  const tokens = tokenize(normaliseText(definition));
  const alias = onlySource(tokens);
  if (alias === undefined) return join(tokens);
  return join(tokens.filter((_, at) => !isQualifier(tokens, at, alias) && !isDotAfterQualifier(tokens, at, alias)));
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const queries: boolean[] = [];
  const pieces = text.match(tokenPattern) ?? [];
  for (const [at, piece] of pieces.entries()) {
    if (piece === ")") queries.pop();
    tokens.push({ text: piece, kind: kindOf(piece), depth: queries.length, nested: queries.includes(true) });
    if (piece === "(") {
      const first = pieces.slice(at + 1).find((next) => next.trim() !== "") ?? "";
      queries.push(/^(select|with|values)$/i.test(first));
    }
  }
  return tokens;
}

function kindOf(piece: string): Token["kind"] {
  if (/^\s/.test(piece)) return "space";
  if (/^E?'/.test(piece)) return "string";
  return /^["A-Za-z_\u0080-\uffff]/.test(piece) ? "identifier" : "other";
}

/** The alias of the query's one source; undefined for joins, lists and set operations. */
function onlySource(tokens: Token[]): string | undefined {
  const outer = tokens.filter((token) => token.kind !== "space");
  const isWord = (token: Token, word: RegExp) => token.depth === 0 && word.test(token.text);
  if (outer.some((token) => isWord(token, /^(union|intersect|except)$/i))) return undefined;
  const from = outer.findIndex((token) => isWord(token, /^from$/i));
  if (from < 0) return undefined;
  const rest = outer.slice(from + 1);
  const end = rest.findIndex((token) => isWord(token, endOfFrom) || (token.depth === 0 && token.text === ";"));
  const source = end < 0 ? rest : rest.slice(0, end);
  if (source.some((token) => isWord(token, /^(,|join)$/i))) return undefined;
  // `( a JOIN b … )`: a join is always in parentheses, a sub-query has SELECT behind its own.
  if (source[0]?.text === "(" && !source[1]?.nested) return undefined;
  return source.filter((token) => token.depth === 0 && token.kind === "identifier").at(-1)?.text;
}

function isQualifier(tokens: Token[], at: number, alias: string): boolean {
  const token = tokens[at];
  if (token?.kind !== "identifier" || token.text !== alias || token.nested) return false;
  return tokens[at + 1]?.text === "." && tokens[at + 2]?.kind === "identifier" && tokens[at - 1]?.text !== ".";
}

function isDotAfterQualifier(tokens: Token[], at: number, alias: string): boolean {
  return tokens[at]?.text === "." && at > 0 && isQualifier(tokens, at - 1, alias);
}

function join(tokens: Token[]): string {
  return tokens.map((token) => token.text).join("");
}
