import { sql } from "drizzle-orm";
import { customers } from "../../src/accounting";
import type { Bench, FailingPath } from "./bench";
import { canaries as c } from "./canaries";

const line = { description: c.text, quantity: "1", unitPrice: c.numeric };
const dates = { invoiceDate: "2026-01-15", dueDate: "2026-02-14" };

/** A customer with a secret in several fields, as a row of a plain insert. */
const row = ({ companyId }: Bench) => ({ companyId, name: c.text, email: c.failingRow, externalId: c.duplicate });

async function twice(write: () => PromiseLike<unknown>): Promise<unknown> {
  await write();
  return write();
}

/** Statements that the server refuses, on the real tables and through every kind of handle. */
export const statementPaths: FailingPath[] = [
  {
    name: "a duplicate of a unique key",
    code: "UNIQUE_VIOLATION",
    sqlState: "23505",
    holds: ["duplicate", "failingRow", "text"],
    run: (bench) => twice(() => bench.handle.insert(customers).values(row(bench))),
  },
  {
    name: "a duplicate role name, through a repository",
    code: "UNIQUE_VIOLATION",
    sqlState: "23505",
    holds: ["duplicate", "text"],
    run: ({ handle }) => twice(() => handle.tenancy.roles.create({ name: c.duplicate, permissions: [c.text] })),
  },
  {
    name: "a duplicate number in a bulk import",
    code: "UNIQUE_VIOLATION",
    sqlState: "23505",
    holds: ["bulk", "text"],
    run: ({ handle, companyId, customerId }) =>
      handle.accounting.invoices.importMany(
        ["1", "2"].map((number) => ({
          ...dates,
          companyId,
          customerId,
          lines: [{ ...line, unitPrice: "1" }],
          externalId: `${c.bulk}-${number}`,
          invoiceNumber: c.bulk,
          status: "issued" as const,
        })),
      ),
  },
  {
    name: "a reference to nothing",
    code: "FOREIGN_KEY_VIOLATION",
    sqlState: "23503",
    holds: ["uuid", "text"],
    run: ({ handle, companyId }) =>
      handle.accounting.invoices.create({
        ...dates,
        companyId,
        customerId: c.uuid,
        lines: [{ ...line, unitPrice: "1" }],
      }),
  },
  {
    name: "a bulk import for a company that is none",
    code: "FOREIGN_KEY_VIOLATION",
    sqlState: "23503",
    holds: ["bulk", "uuid"],
    run: ({ handle }) =>
      handle.accounting.customers.importMany([{ companyId: c.uuid, name: c.bulk, externalId: c.bulk }]),
  },
  {
    name: "a row that a check refuses",
    code: "CHECK_VIOLATION",
    sqlState: "23514",
    holds: ["failingRow", "duplicate"],
    run: (bench) => bench.handle.insert(customers).values({ ...row(bench), externalId: null, name: "" }),
  },
  {
    name: "a row that a check refuses, on the platform login, which no policy hides it from",
    code: "CHECK_VIOLATION",
    sqlState: "23514",
    holds: ["failingRow"],
    run: ({ platform, tenantId, companyId }) =>
      platform.transaction((tx) =>
        tx.insert(customers).values({ tenantId, companyId, name: "", email: c.failingRow, phone: c.text }),
      ),
  },
  {
    name: "a value that is missing",
    code: "NOT_NULL_VIOLATION",
    sqlState: "23502",
    holds: ["failingRow"],
    run: ({ handle, companyId }) =>
      handle.execute(
        sql`insert into accounting.customers (company_id, name, email) values (${companyId}, null, ${c.failingRow})`,
      ),
  },
  {
    name: "a row for another tenant",
    code: "TENANT_ISOLATION",
    sqlState: "42501",
    holds: ["failingRow", "text"],
    run: (bench) =>
      bench.handle.insert(customers).values({ ...row(bench), externalId: null, tenantId: bench.otherTenantId }),
  },
  {
    name: "a table that the login may not read",
    code: "PERMISSION_DENIED",
    sqlState: "42501",
    holds: ["text"],
    run: ({ handle }) => handle.execute(sql`select * from auth.account where password = ${c.text}`),
  },
  {
    name: "a text where a number is wanted, which the server's message quotes",
    code: "VALIDATION_FAILED",
    sqlState: "22P02",
    holds: ["wrongType"],
    run: ({ handle }) => handle.execute(sql`select ${c.wrongType}::text::int`),
  },
  {
    name: "a text where an id is wanted, in a transaction",
    code: "VALIDATION_FAILED",
    sqlState: "22P02",
    holds: ["wrongType"],
    run: ({ handle }) => handle.transaction((tx) => tx.accounting.customers.findById(c.wrongType)),
  },
  {
    name: "broken JSON, which the server's detail quotes",
    code: "VALIDATION_FAILED",
    sqlState: "22P02",
    holds: ["json"],
    run: ({ handle }) => handle.execute(sql`select ${`{"key": ${c.json}}`}::jsonb`),
  },
  {
    name: "a number that is too large",
    code: "VALIDATION_FAILED",
    sqlState: "22003",
    holds: ["numeric"],
    run: ({ handle }) => handle.execute(sql`select ${c.numeric}::text::int`),
  },
  {
    name: "an array whose element does not fit",
    code: "VALIDATION_FAILED",
    sqlState: "22P02",
    holds: ["bulk"],
    run: ({ handle }) => handle.execute(sql`select ${sql.param([c.bulk])}::uuid[]`),
  },
  {
    name: "a text with NUL",
    code: "VALIDATION_FAILED",
    sqlState: "22021",
    holds: ["text"],
    run: ({ handle }) => handle.execute(sql`select ${`${c.text}\u0000`}::text`),
  },
  {
    name: "a value in the text of a template, beside a table that is missing",
    code: "STATEMENT_INVALID",
    sqlState: "42P01",
    holds: ["template"],
    run: ({ handle }) => handle.execute(sql.raw(`select '${c.template}' from accounting.no_such_table`)),
  },
  {
    name: "a value in the text of a template, at the place of a syntax error",
    code: "STATEMENT_INVALID",
    sqlState: "42601",
    holds: ["template"],
    run: ({ handle }) => handle.execute(sql.raw(`select 1 '${c.template}' '${c.template}'`)),
  },
  {
    name: "a column that another table has, beside a value in the text of a template",
    code: "STATEMENT_INVALID",
    sqlState: "42703",
    holds: ["template"],
    run: ({ handle }) =>
      handle.execute(
        sql.raw(`select b.tax_id from accounting.customers c, tenancy.users b where c.name = '${c.template}'`),
      ),
  },
  {
    name: "a value whose quote ends it too early, in the text of a template",
    code: "STATEMENT_INVALID",
    sqlState: "42601",
    holds: ["template"],
    run: ({ handle }) => handle.execute(sql.raw(`select 'O'${c.template}'`)),
  },
  {
    name: "a value that names an object, in a place where no text is read",
    code: "STATEMENT_INVALID",
    sqlState: "42P01",
    holds: ["text"],
    run: ({ handle }) => handle.execute(sql`select ${`"${c.text}"`}::text::regclass`),
  },
  {
    name: "a value that names an object, written into the text",
    code: "STATEMENT_INVALID",
    sqlState: "42704",
    holds: ["template"],
    run: ({ handle }) => handle.execute(sql.raw(`select '"${c.template}"'::regtype`)),
  },
  {
    name: "a number written into the text, at the place of a syntax error",
    code: "STATEMENT_INVALID",
    sqlState: "42601",
    holds: ["numeric"],
    run: ({ handle }) => handle.execute(sql.raw(`select 1 ${c.numeric}`)),
  },
  {
    name: "a write in a read-only transaction",
    code: "READ_ONLY",
    sqlState: "25006",
    holds: ["text"],
    run: (bench) => bench.handle.transaction((tx) => tx.insert(customers).values(row(bench)), { readOnly: true }),
  },
  {
    name: "a call that is aborted under way, for a reason that is a secret",
    code: "ABORTED",
    sqlState: "57014",
    holds: ["text"],
    run: ({ db, tenantId }) => {
      const abort = new AbortController();
      setTimeout(() => abort.abort(new Error(c.text)), 50);
      return db
        .forTenant({ tenantId }, { signal: abort.signal })
        .execute(sql`select ${c.text}::text from pg_sleep(10)`);
    },
  },
  {
    name: "a column that is missing, named by a value",
    code: "STATEMENT_INVALID",
    sqlState: "42703",
    holds: ["template"],
    run: ({ handle }) => handle.execute(sql.raw(`select "${c.template}" from accounting.customers`)),
  },
  {
    name: "a sign-in address that is taken, through the auth database",
    code: "UNIQUE_VIOLATION",
    sqlState: "23505",
    holds: ["duplicate"],
    run: ({ auth }) =>
      twice(() => auth.drizzle.insert(auth.tables.user).values({ name: c.text, email: `${c.duplicate}@example.com` })),
  },
  {
    name: "a session of nobody, in a transaction of the auth database",
    code: "FOREIGN_KEY_VIOLATION",
    sqlState: "23503",
    holds: ["uuid", "text"],
    run: ({ auth }) =>
      auth.drizzle.transaction((tx) =>
        tx.insert(auth.tables.session).values({ expiresAt: new Date(), token: c.text, userId: c.uuid }),
      ),
  },
  {
    name: "a wrong value through the platform login",
    code: "VALIDATION_FAILED",
    sqlState: "22P02",
    holds: ["wrongType"],
    run: ({ platform }) => platform.findTenant(c.wrongType),
  },
  {
    name: "a tenant whose id is taken, through the platform login",
    code: "UNIQUE_VIOLATION",
    sqlState: "23505",
    holds: ["text"],
    run: ({ platform, tenantId }) =>
      platform.createTenant({ id: tenantId, name: c.text, admin: { email: `${c.text}@example.com`, name: c.text } }),
  },
];
