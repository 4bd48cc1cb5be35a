import type { ClientBase } from "pg";

/**
 * What is wrong with the encoding of the database, in a sentence; undefined for UTF8. Others cannot store every text that
 * zod accepts, and SQL_ASCII stores bytes that are no text.
 */
export async function encodingProblem(client: ClientBase): Promise<string | undefined> {
  const { rows } = await client.query<{ encoding: string }>("select current_setting('server_encoding') as encoding");
  const encoding = rows[0]?.encoding ?? "unknown";
  if (encoding === "UTF8") return undefined;
  return (
    `The database's encoding is ${encoding}, and must be UTF8: make it anew with ` +
    "`create database … template template0 encoding 'UTF8'`, and copy into it what it holds"
  );
}
