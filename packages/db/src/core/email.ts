import { domainToASCII, domainToUnicode } from "node:url";
import { type SQL, sql } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";
import { z } from "zod";

/*
 * The one rule of e-mail addresses that name a person. TypeScript and the CHECKs of the database read the same pattern.
 *
 * An address is ASCII: a local part of RFC 5321 without quotes, and a domain as it is registered (letters, digits, hyphens;
 * `xn--…` for international names). Two addresses are one when they differ in the case of A to Z, and in nothing else.
 * Nothing is mapped onto another letter, so that no address stands for one that somebody else can register.
 */

const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const label = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
// The last label begins with a letter: a domain, no number of a host.
const lastLabel = "[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";

/** The pattern of an address, for JavaScript and PostgreSQL alike. It uses nothing that depends on a locale. */
export const emailPattern = `^${atom}(\\.${atom})*@(${label}\\.)*${lastLabel}$`;

/** Octets of the part before the @, and of the whole address: RFC 5321, 4.5.3.1, with RFC 3696, erratum 1690. */
const longest = { local: 64, address: 254 } as const;

const pattern = new RegExp(emailPattern);

/** True for an address in its ASCII form. The CHECK `isEmailSql` says the same. */
export const isEmail = (text: string): boolean =>
  text.length <= longest.address && text.indexOf("@") <= longest.local && pattern.test(text);

/** The form under which an address is unique: A to Z as a to z, whatever the locale. The column of `asciiFolded` holds it. */
export const foldEmail = (email: string): string => email.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/**
 * The address with its domain in ASCII form, `ada@xn--mnchen-3ya.example` for `ada@münchen.example`; undefined for what is no
 * address. A domain that UTS 46 would map onto another text (capitals and compatibility forms beyond ASCII, such as İ and the
 * Kelvin sign) is no address: two texts never become one.
 */
export function emailOf(text: unknown): string | undefined {
  if (typeof text !== "string") return undefined;
  const at = text.lastIndexOf("@");
  const address = at < 0 ? text : `${text.slice(0, at + 1)}${asciiDomain(text.slice(at + 1)) ?? ""}`;
  return isEmail(address) ? address : undefined;
}

function asciiDomain(domain: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII, and the pattern refuses its control characters.
  if (/^[\x00-\x7f]*$/.test(domain)) return domain;
  // What one sees is letters, marks, digits, hyphens and dots: no invisible characters, and no other dots.
  if (domain.length > longest.address || !/^[\p{L}\p{M}\p{N}.-]+$/u.test(domain)) return undefined;
  const ascii = domainToASCII(domain);
  return domainToUnicode(ascii) === foldEmail(domain) ? ascii : undefined;
}

/** An e-mail address that names a person, as zod checks it. It gives the address with its domain in ASCII form. */
export function emailAddress() {
  return z.string().transform((text, context) => {
    const email = emailOf(text);
    if (email !== undefined) return email;
    context.addIssue({ code: "custom", message: "use an e-mail address such as ada@example.com, as it is registered" });
    return z.NEVER;
  });
}

const literal = (text: string): SQL => sql.raw(`'${text.replaceAll("'", "''")}'`);

/** `isEmail` in SQL: what the CHECK of such a column says. */
export function isEmailSql(column: AnyPgColumn | SQL): SQL {
  const { local, address } = longest;
  const short = sql.raw(`<= ${address}`);
  return sql`${column} collate "C" ~ ${literal(emailPattern)} and length(${column}) ${short} and strpos(${column}, '@') ${sql.raw(`<= ${local + 1}`)}`;
}
