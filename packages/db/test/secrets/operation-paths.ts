import { withAdmin } from "../../src/operations/admin";
import { migrationsFolder } from "../../src/operations/assets";
import { ensureLogins } from "../../src/operations/logins";
import { migrate, parseMigration, readMigrations } from "../../src/operations/migrations";
import type { Bench, FailingPath } from "./bench";
import { canaries as c } from "./canaries";

/** A migration of these statements fails on data that is in the table `stored`. */
function migration(bench: Bench, ...statements: string[]): Promise<unknown> {
  const prepare = `create schema secrets; create table secrets.stored (value text, other text);
    insert into secrets.stored values ('${c.bulk}', '${c.failingRow}'), ('a "${c.wrongType}" z', '${c.failingRow}'),
      ('${c.bulk}', '${c.json}')`;
  const text = statements.join("\n--> statement-breakpoint\n");
  return withAdmin(bench.urls.admin, async (client) => {
    // Those that are in the history of the database come first.
    const known = await readMigrations(migrationsFolder());
    await client.query(prepare);
    try {
      return await migrate(client, { migrations: [...known, parseMigration(newest, text)] });
    } finally {
      await client.query("drop schema secrets cascade");
    }
  });
}

const newest = "99990101000000_of_secrets";

const failed = { code: "MIGRATION_FAILED" } as const;

/** What tools do with the admin login: migrations that meet data, and logins that are made. */
export const operationPaths: FailingPath[] = [
  {
    ...failed,
    name: "a migration that finds a value of the wrong type",
    sqlState: "22P02",
    holds: ["bulk"],
    run: (bench) => migration(bench, "alter table secrets.stored alter value type int using value::int"),
  },
  {
    ...failed,
    name: "a migration that finds a value with quotation marks of its own",
    sqlState: "22P02",
    holds: ["wrongType"],
    run: (bench) =>
      migration(
        bench,
        `delete from secrets.stored where value not like 'a "%'`,
        "alter table secrets.stored alter value type uuid using value::uuid",
      ),
  },
  {
    ...failed,
    name: "a migration whose unique index finds duplicates",
    sqlState: "23505",
    holds: ["bulk"],
    run: (bench) => migration(bench, "create unique index stored_value on secrets.stored (value)"),
  },
  {
    ...failed,
    name: "a migration whose check finds a row",
    sqlState: "23514",
    holds: ["failingRow"],
    run: (bench) => migration(bench, "alter table secrets.stored add constraint short check (length(value) < 3)"),
  },
  {
    ...failed,
    name: "a migration that writes a row which a constraint refuses",
    sqlState: "23502",
    holds: ["failingRow"],
    run: (bench) =>
      migration(
        bench,
        "alter table secrets.stored alter value set not null",
        `insert into secrets.stored values (null, '${c.failingRow}')`,
      ),
  },
  {
    ...failed,
    name: "a backfill whose dates do not exist",
    sqlState: "22007",
    holds: ["bulk"],
    run: (bench) => migration(bench, "select to_date(value, 'YYYY-MM-DD') from secrets.stored"),
  },
  {
    ...failed,
    name: "a backfill whose JSON is broken",
    sqlState: "22P02",
    holds: ["json"],
    run: (bench) => migration(bench, `select ('{"a": ' || other || '}')::jsonb from secrets.stored`),
  },
  {
    code: "PERMISSION_DENIED",
    sqlState: "42501",
    name: "logins that may not be made",
    holds: ["adminPassword"],
    run: ({ urls }) =>
      withAdmin(urls.runtime, (client) => {
        const login = { user: "org_db_secrets_refused", password: c.adminPassword };
        return ensureLogins(client, { runtime: login, identity: login, platform: login });
      }),
  },
  {
    code: "VALIDATION_FAILED",
    sqlState: "22P02",
    name: "a statement of a tool on the admin login",
    holds: ["wrongType"],
    run: ({ urls }) => withAdmin(urls.admin, (client) => client.query("select $1::text::int", [c.wrongType])),
  },
];
