import type pg from "pg";
import { UnsafeRoleError } from "../core/errors";

/*
 * A database or a server may have defaults that change how the package's statements are understood. A role may also have
 * them: it can give them to itself (ALTER ROLE current_user SET …), so SQL that was once injected can leave one behind. Each
 * connection therefore sets these settings itself. Time limits and planner settings stay as they are, as they change no
 * result. default_transaction_read_only stays too, because it says that a server is not the one to write on.
 */
const ofEachConnection = {
  // Dates and times are read in one format.
  datestyle: "ISO, YMD",
  timezone: "UTC",
  // Off turns every statement that a policy narrows into an error.
  row_security: "on",
  default_transaction_isolation: "read committed",
  default_transaction_deferrable: "off",
  // Texts of SQL mean the same everywhere.
  standard_conforming_strings: "on",
  backslash_quote: "safe_encoding",
  transform_null_equals: "off",
  array_nulls: "on",
};

const statement = `select ${Object.entries(ofEachConnection)
  .map(([name, value]) => `set_config('${name}', '${value}', false)`)
  .join(", ")}, current_setting('session_replication_role') as fires`;

/** Sets them, in one round trip. Throws `UnsafeRoleError` where triggers and foreign keys do not fire, which only a superuser may change. */
export async function settleSession(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ fires: string }>(statement);
  const fires = rows[0]?.fires;
  if (fires === "origin") return;
  throw new UnsafeRoleError(
    `session_replication_role is ${fires} for this login: rules of the database are not enforced. ` +
      "Have a superuser reset it, on the role, the database or the server: `pnpm db:check` says where it is set",
  );
}
