/** The file .env of the checkout: whose URLs it holds, and writing them without losing anything else. */
import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { parseEnv } from "node:util";
import type { LoginKind } from "../client/config";
import { ConfigurationError } from "../core/errors";
import { loginVariables } from "../operations/logins";
import { checkoutRoot } from "./checkout";

/** Variables of the four connection strings, in the order in which they are written. */
export const urlVariables = { admin: "DATABASE_ADMIN_URL", ...loginVariables } as const satisfies Record<
  LoginKind,
  string
>;

/** Where the file is, whether or not it exists. */
export const environmentFile = (): string => join(checkoutRoot(), ".env");

/** Puts what the file says into the environment, where nothing is exported. Throws `ConfigurationError` when it cannot be read. */
export function loadEnvironmentFile(): void {
  if (!existsSync(environmentFile())) return;
  try {
    process.loadEnvFile(environmentFile());
  } catch (error) {
    throw new ConfigurationError(`${environmentFile()} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

const readText = (): string => (existsSync(environmentFile()) ? readFileSync(environmentFile(), "utf8") : "");

/** What the file gives a variable; undefined when it does not name it. */
export const valueInFile = (variable: string): string | undefined => parseEnv(readText())[variable] || undefined;

/** Sets variables in the text of a .env file: replaces their lines, keeps all others. `comment` is the line above them. */
export function withVariables(text: string, variables: Record<string, string>, comment?: string): string {
  const names = Object.keys(variables).join("|");
  const replaced = new RegExp(`^\\s*(?:export\\s+)?(?:${names})\\s*=|^${mark}`);
  const kept = text.split(/\r?\n/).filter((line) => !replaced.test(line));
  while (kept.at(-1) === "") kept.pop();
  const written = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return [...kept, ...(comment === undefined ? [] : [comment]), ...written, ""].join("\n");
}

/** A new text of .env that lies beside it, readable by its owner alone. */
export interface EnvironmentDraft {
  /** Puts it in the place of .env. */
  put(): void;
  /** Removes it, where it was not put. */
  discard(): void;
}

/** Where the text is: what .env leads to where it is a link, as in a folder of worktrees. */
const target = () => (existsSync(environmentFile()) ? realpathSync(environmentFile()) : environmentFile());
const draftOf = (file: string) => `${file}.new`;

/** Throws `ConfigurationError` when .env cannot be written: to be asked before anything else is made. */
export function requireWritable(): void {
  const file = target();
  const draft = draftOf(file);
  refusing(file, () => {
    accessSync(existsSync(file) ? file : dirname(file), constants.W_OK);
    if (existsSync(draft)) rmSync(draft);
  });
}

/** Writes the draft. Throws `ConfigurationError` when .env cannot be written. */
export function draftEnvironment(variables: Record<string, string>, comment?: string): EnvironmentDraft {
  requireWritable();
  const file = target();
  const draft = draftOf(file);
  const text = withVariables(readText(), variables, comment);
  refusing(file, () => writeFileSync(draft, text, { mode: 0o600, flag: "wx" }));
  return { put: () => renameSync(draft, file), discard: () => rmSync(draft, { force: true }) };
}

function refusing(file: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    const reason = String((error as { code?: unknown }).code);
    throw new ConfigurationError(`${file} cannot be written (${reason}): nothing was made. Make it writable first`);
  }
}

const mark = "# The embedded PostgreSQL of this folder; db:up renews these lines";

// The file remembers what was written for the embedded server, so that a URL that somebody changed is not taken for one of these.
const short = (url: string) => createHash("sha256").update(url).digest("hex").slice(0, 12);

/** True when `db:up` has written this URL into .env, and nobody has changed it there since. */
export function isEmbeddedUrl(url: string): boolean {
  const line = readText()
    .split("\n")
    .find((each) => each.startsWith(mark));
  return line?.slice(mark.length).includes(short(url)) ?? false;
}

/** What `writeEmbeddedUrls` did. */
export interface WrittenUrls {
  /** False when .env said all of it before. */
  readonly changed: boolean;
  /** Variables that name another server, in .env or exported: they are left as they are. */
  readonly left: readonly string[];
}

/**
 * Writes the URLs of the embedded server into .env and into this process's environment. A URL that somebody else wrote is left.
 * Throws `ConfigurationError` when .env cannot be written.
 */
export function writeEmbeddedUrls(urls: Record<LoginKind, string>): WrittenUrls {
  const isOurs = (url: string | undefined, own: string) => !url || url === own || isEmbeddedUrl(url);
  const wanted = (Object.keys(urlVariables) as LoginKind[]).map((kind) => [urlVariables[kind], urls[kind]] as const);
  const written = wanted.filter(([name, url]) => isOurs(valueInFile(name), url) && isOurs(process.env[name], url));
  const comment = `${mark} (${written.map(([, url]) => short(url)).join(" ")})`;
  const changed = written.some(([name, url]) => valueInFile(name) !== url) || !readText().includes(comment);
  if (changed) draftEnvironment(Object.fromEntries(written), comment).put();
  for (const [name, url] of written) process.env[name] = url;
  return { changed, left: wanted.filter((one) => !written.includes(one)).map(([name]) => name) };
}
