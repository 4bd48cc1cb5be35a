import pg from "pg";

/**
 * PostgreSQL's extended protocol, as far as `pg` does not do it: several statements before one Sync. All messages up
 * to a Sync are one implicit transaction, so that a transaction-local setting and a query need one round trip and
 * neither BEGIN nor COMMIT.
 */

/** The part of pg's connection that is used here. */
interface Connection {
  stream: { cork(): void; uncork(): void; write(bytes: Buffer): void };
  parsedStatements: Record<string, string>;
  submittedNamedStatements: Record<string, string>;
  parse(query: { name: string; text: string; types: number[] }): void;
  sync(): void;
}

/** Statements that every connection of a pool prepares when it opens. */
export const prepared = {
  begin: "org_db_begin",
  scope: "org_db_scope",
} as const;

function message(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(5);
  head.write(type, 0, "latin1");
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const cString = (text: string) => Buffer.from(`${text}\0`, "utf8");
const int16 = (value: number) => Buffer.from([value >> 8, value & 255]);

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** Bind and Execute of a prepared statement with text parameters, as bytes that can be sent again and again. */
export function bindAndExecute(statement: string, values: readonly string[]): Buffer {
  const parameters = values.flatMap((value) => {
    const bytes = Buffer.from(value, "utf8");
    return [int32(bytes.length), bytes];
  });
  const bind = message("B", cString(""), cString(statement), int16(0), int16(values.length), ...parameters, int16(0));
  return Buffer.concat([bind, message("E", cString(""), int32(0))]);
}

type Callback = (error: Error | undefined, result: pg.QueryArrayResult) => void;

interface QueryInternals {
  submit(connection: Connection): void;
  prepare(connection: Connection): void;
  handleDataRow(row: unknown): void;
  handleCommandComplete(complete: unknown, connection: Connection): void;
}

const Query = pg.Query as unknown as new (
  config: pg.QueryConfig & { rowMode?: "array"; queryMode: "extended" },
  values: unknown[],
  callback: Callback,
) => QueryInternals;

/**
 * A query preceded, before the same Sync, by the Bind/Execute bytes of `prelude` statements, whose results are
 * skipped. An error in any of them undoes all.
 */
export class BatchQuery extends Query {
  readonly #prelude: readonly Buffer[];
  #toSkip: number;

  constructor(
    config: pg.QueryConfig & { rowMode?: "array" },
    values: unknown[],
    prelude: readonly Buffer[],
    callback: Callback,
  ) {
    super({ ...config, queryMode: "extended" }, values, callback);
    this.#prelude = prelude;
    this.#toSkip = prelude.length;
  }

  override submit(connection: Connection): void {
    const { stream } = connection;
    stream.cork();
    try {
      for (const bytes of this.#prelude) stream.write(bytes);
      this.prepare(connection);
    } finally {
      stream.uncork();
    }
  }

  override handleDataRow(row: unknown): void {
    if (this.#toSkip === 0) super.handleDataRow(row);
  }

  override handleCommandComplete(complete: unknown, connection: Connection): void {
    if (this.#toSkip === 0) super.handleCommandComplete(complete, connection);
    else this.#toSkip -= 1;
  }
}

/** Parses named statements on a new connection, all in one round trip. */
export class PrepareStatements extends Query {
  readonly #statements: Record<string, string>;

  constructor(statements: Record<string, string>, callback: Callback) {
    super({ text: "", queryMode: "extended" }, [], callback);
    this.#statements = statements;
  }

  override submit(connection: Connection): void {
    const { stream } = connection;
    stream.cork();
    for (const [name, text] of Object.entries(this.#statements)) {
      connection.parse({ name, text, types: [] });
    }
    connection.sync();
    stream.uncork();
  }
}

/** Hands one of the queries above to a client. */
export function submit(client: pg.ClientBase, query: QueryInternals): void {
  client.query(query as unknown as pg.Submittable);
}
