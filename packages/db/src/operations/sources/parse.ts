import { ConfigurationError } from "../../core/errors";
import type { Source } from "./types";

const maxLines = 150;

const head = /^-- @(\w+)(?: (.*))?$/;
const createObject = /^create (function|view) (\w+)\.(\w+)\b/;
const createTrigger = /^create trigger (\w+) [\s\S]*? on (\w+\.\w+)\b/;

/** The source of one function or view. Throws `ConfigurationError`, which names the file and what to change. */
export function parseObject(text: string, file: string): Source {
  const { comment, keys, body } = splitHead(text, file);
  const [, kind, schema, object] = createObject.exec(body) ?? [];
  if (!kind) throw wrong(file, "must hold one `create function schema.name` or `create view schema.name`");
  const name = `${schema}.${object}`;
  if (!file.endsWith(`/${object}.sql`)) throw wrong(file, `defines ${name}: call it ${object}.sql`);
  if (comment === "") throw wrong(file, "must begin with a comment that says what the object is for");
  const lines = text.trimEnd().split("\n").length;
  if (lines > maxLines) throw wrong(file, `has ${lines} lines: split the ${kind}, ${maxLines} are allowed`);
  const rightsKey = kind === "view" ? "select" : "execute";
  const allowed = kind === "view" ? ["select"] : ["owner", "execute"];
  for (const key of keys.keys()) {
    if (!allowed.includes(key))
      throw wrong(file, `has an unknown key @${key}: a ${kind} has @${allowed.join(" and @")}`);
  }
  const statements = splitStatements(body);
  if (statements.length !== 1) throw wrong(file, `must hold one statement, and holds ${statements.length}`);
  return {
    kind: kind === "view" ? "view" : "function",
    name,
    file,
    text: orReplace(statements[0] ?? ""),
    owner: keys.get("owner"),
    roles: rolesOf(keys.get(rightsKey), rightsKey, file),
  };
}

/** The sources of a `triggers.sql`, in the order of the file. Throws `ConfigurationError`. */
export function parseTriggers(text: string, file: string): Source[] {
  return splitStatements(text).map((statement) => {
    const body = withoutHead(statement);
    const [, name, table] = createTrigger.exec(body) ?? [];
    if (!name) throw wrong(file, `may hold only \`create trigger name … on schema.table\`, not: ${firstLine(body)}`);
    return {
      kind: "trigger" as const,
      name: `${table}.${name}`,
      file,
      text: orReplace(body),
      owner: undefined,
      roles: [],
    };
  });
}

/** Statements of a file, each with the comments above it and without its semicolon; a body in $$ is one piece. */
export function splitStatements(text: string): string[] {
  const statements: string[] = [];
  let from = 0;
  for (const piece of text.matchAll(/\$(\w*)\$[\s\S]*?\$\1\$|'(?:[^']|'')*'|--[^\n]*|;/g)) {
    if (piece[0] !== ";") continue;
    statements.push(text.slice(from, piece.index).trim());
    from = piece.index + 1;
  }
  statements.push(text.slice(from).trim());
  return statements.filter((statement) => withoutHead(statement) !== "");
}

/** The statement without the comment lines above it. */
export function withoutHead(statement: string): string {
  return statement.replace(/^(?:--[^\n]*(?:\n|$)|\s+)*/, "");
}

function splitHead(text: string, file: string): { comment: string; keys: Map<string, string>; body: string } {
  const lines = text.split("\n");
  const end = lines.findIndex((line) => !line.startsWith("--"));
  const keys = new Map<string, string>();
  const comment: string[] = [];
  for (const line of lines.slice(0, end)) {
    const [found, key, value] = head.exec(line) ?? [];
    if (!found || !key) comment.push(line.slice(3));
    else if (!value || keys.has(key)) throw wrong(file, `needs one value for @${key}`);
    else keys.set(key, value.trim());
  }
  return { comment: comment.join("\n").trim(), keys, body: lines.slice(end).join("\n").trim() };
}

function rolesOf(value: string | undefined, key: string, file: string): string[] {
  if (value === undefined) throw wrong(file, `must say who may use it: -- @${key} none, or roles with commas`);
  if (value === "none") return [];
  const roles = value.split(", ");
  if (!roles.every((role) => /^[a-z_]+$/.test(role))) throw wrong(file, `names no roles in @${key}: ${value}`);
  return roles;
}

const orReplace = (statement: string) => statement.replace(/^create /, "create or replace ");
const firstLine = (text: string) => text.split("\n")[0] ?? "";

function wrong(file: string, problem: string): ConfigurationError {
  return new ConfigurationError(`${file} ${problem}`);
}
