import type { ClientBase } from "pg";

// Settings that change what pg_get_*() prints: visible names lose their schema, constants follow the session's formats.
const plain: Record<string, string> = {
  search_path: "",
  TimeZone: "UTC",
  DateStyle: "ISO, MDY",
  IntervalStyle: "postgres",
  bytea_output: "hex",
  extra_float_digits: "1",
  quote_all_identifiers: "off",
  jit: "off",
};
const names = Object.keys(plain);

/**
 * Runs `work` with the session settings that make the server print definitions the same way everywhere, in a read-only
 * transaction, so that nothing stays behind on a pooled connection; inside the caller's transaction where there is one.
 */
export async function withPlainSettings<T>(client: ClientBase, work: () => Promise<T>): Promise<T> {
  return client.getTransactionStatus() === "T" ? inside(client, work) : alone(client, work);
}

async function alone<T>(client: ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  try {
    await setLocally(client, plain);
    return await work();
  } finally {
    await client.query("ROLLBACK").catch(() => undefined);
  }
}

async function inside<T>(client: ClientBase, work: () => Promise<T>): Promise<T> {
  const columns = names.map((name) => `current_setting('${name}') AS "${name}"`).join(", ");
  const { rows } = await client.query<Record<string, string>>(`SELECT ${columns}`);
  await setLocally(client, plain);
  const result = await work();
  await setLocally(client, rows[0] ?? {});
  return result;
}

async function setLocally(client: ClientBase, values: Record<string, string>): Promise<void> {
  const calls = names.map((name, position) => `set_config('${name}', $${position + 1}, true)`).join(", ");
  await client.query(
    `SELECT ${calls}`,
    names.map((name) => values[name] ?? ""),
  );
}
