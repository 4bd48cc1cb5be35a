import pg from "pg";
import { serialize } from "pg-protocol";
import { DatabaseError, ValidationError } from "../core/errors";
import { toParameter } from "./parameters";
import { type ConnectionEvents, noteIncomplete, tellOnceSettled } from "./settled";

/**
 * PostgreSQL's extended protocol, as far as `pg` does not do it: several statements before one Sync. All messages up
 * to a Sync are one implicit transaction, so that a transaction-local setting and a query need one round trip and
 * neither BEGIN nor COMMIT.
 */

/** The part of pg's connection that is used here. */
interface Connection extends ConnectionEvents {
  stream: { cork(): void; uncork(): void; write(bytes: Buffer): void };
  parsedStatements: Record<string, string>;
  submittedNamedStatements: Record<string, string>;
  parse(query: { name: string; text: string; types: number[] }): void;
  sync(): void;
}

/**
 * Statements that every connection of a pool prepares when it opens: `scope` is a tenant's, `member` a user's, `job` a tenant's that
 * must be active, and `active` the check alone.
 */
export const prepared = {
  begin: "org_db_begin",
  beginReadOnly: "org_db_begin_read_only",
  scope: "org_db_scope",
  job: "org_db_job",
  active: "org_db_active",
  member: "org_db_member",
} as const;

/**
 * Bind and Execute of a prepared statement with text parameters, as bytes that can be sent again and again. Every handle
 * begins with them, so they are written into one piece of memory. `statement` is ASCII.
 */
export function bindAndExecute(statement: string, values: readonly string[]): Buffer {
  const sizes = values.map((value) => Buffer.byteLength(value));
  const bind = sizes.reduce((sum, size) => sum + 4 + size, statement.length + 12);
  const bytes = Buffer.alloc(1 + bind + 10);
  let at = bytes.write("B", "latin1");
  at = bytes.writeInt32BE(bind, at);
  // The unnamed portal, the statement, and no formats: all parameters are text.
  at += 1 + bytes.write(statement, at + 1, "latin1") + 1 + 2;
  at = bytes.writeInt16BE(values.length, at);
  values.forEach((value, index) => {
    at = bytes.writeInt32BE(sizes[index] ?? 0, at);
    at += bytes.write(value, at, "utf8");
  });
  // No formats of results either. Execute follows: the unnamed portal, without a limit of rows.
  at += 2 + bytes.write("E", at + 2, "latin1");
  bytes.writeInt32BE(9, at);
  return bytes;
}

type Callback = (error: Error | undefined, result: pg.QueryArrayResult) => void;

/** What pg knows of a statement's result once the server has described it. */
interface Description {
  fields: unknown;
  _parsers: unknown;
  _prebuiltEmptyResultObject: unknown;
}

interface ResultInternals extends Description {
  _types: unknown;
  rowAsArray: boolean;
  parseRow: unknown;
  _parseRowAsArray: unknown;
}

interface QueryInternals {
  name?: string | undefined;
  queryMode: "extended";
  types: unknown;
  values: (string | Buffer | null)[];
  _result: ResultInternals;
  _accumulateRows: boolean;
  submit(connection: Connection): Error | null;
  prepare(connection: Connection): void;
  handleRowDescription(description: unknown): void;
  handleDataRow(row: unknown): void;
  handleCommandComplete(complete: unknown, connection: Connection): void;
  handleError(error: Error, connection: Connection): void;
  handleReadyForQuery(connection: Connection): void;
}

const Query = pg.Query as unknown as new (text: string, values: unknown[], callback: Callback) => QueryInternals;

// Kept for each connection, because another database may answer the same statement with other types. After a migration
// that changes a result type the server refuses the old description (0A000), and the connection is closed.
const described = new WeakMap<Connection, Map<string, Description>>();

const execute = serialize.execute();
const sync = serialize.sync();

const connectionOf = (client: pg.ClientBase) => (client as unknown as { connection: Connection }).connection;

const descriptionOf = (client: pg.ClientBase, name: string | undefined) =>
  name === undefined ? undefined : described.get(connectionOf(client))?.get(name);

/** True when the server has described the prepared statement on this client. Only then can it share a round trip. */
export const isDescribed = (client: pg.ClientBase, name: string | undefined): boolean =>
  descriptionOf(client, name) !== undefined;

/** A query with the parsers of its results. */
interface QueryToSend {
  text: string;
  name?: string | undefined;
  rowMode?: "array" | undefined;
  values: unknown[];
  types: pg.CustomTypesConfig;
}

/** A query whose error is told when the server's answer to its Sync, or the end of the connection, has followed. */
class SettledQuery extends Query {
  /** True once its command is complete: it is committed with the Sync behind it, unless an error follows. */
  get isComplete(): boolean {
    return false;
  }

  override handleError(error: Error, connection: Connection): void {
    if (!this.isComplete) noteIncomplete(error);
    tellOnceSettled(connection, error, () => super.handleError(error, connection));
  }
}

/**
 * A query preceded, before the same Sync, by the Bind/Execute bytes of `prelude` statements, whose results are
 * skipped. An error in any of them undoes all. A prepared statement is described once per connection; from then on
 * a call is one buffer, one write.
 */
export class BatchQuery extends SettledQuery {
  readonly #prelude: readonly Buffer[];
  #toSkip: number;

  constructor(query: QueryToSend, prelude: readonly Buffer[], callback: Callback) {
    // Set here and not by a configuration object, which pg copies property by property.
    super(query.text, query.values, callback);
    this.queryMode = "extended";
    this.name = query.name;
    this.types = query.types;
    this._result._types = query.types;
    if (query.rowMode === "array") {
      this._result.rowAsArray = true;
      this._result.parseRow = this._result._parseRowAsArray;
    }
    this.#prelude = prelude;
    this.#toSkip = prelude.length;
  }

  /** Returns an error when nothing could be sent; pg then fails the query with it. */
  override submit(connection: Connection): Error | null {
    const refused = this.#convertValues();
    if (refused) return refused;
    const { stream } = connection;
    const known = this.name === undefined ? undefined : described.get(connection)?.get(this.name);
    if (known) {
      stream.write(Buffer.concat([...this.#encode(known), sync]));
      return null;
    }
    stream.cork();
    try {
      for (const bytes of this.#prelude) stream.write(bytes);
      this.prepare(connection);
    } finally {
      stream.uncork();
    }
    return null;
  }

  /**
   * All messages but the Sync, for a statement that `isDescribed` on this client. Returns an error when a value of the
   * call cannot be sent.
   */
  encode(client: pg.ClientBase): Buffer[] | Error {
    const known = descriptionOf(client, this.name);
    if (!known) return new DatabaseError("The statement is not described on this connection");
    return this.#convertValues() ?? this.#encode(known);
  }

  #encode(known: Description): Buffer[] {
    Object.assign(this._result, known);
    // pg decides this when it is told the columns.
    this._accumulateRows = true;
    return [...this.#prelude, serialize.bind({ statement: this.name as string, values: this.values }), execute];
  }

  // Runs before anything is sent: after half of a message the server would wait for the rest.
  #convertValues(): Error | undefined {
    if (this.values.length > 65_535) {
      return new ValidationError(
        "A statement takes at most 65,535 values: write fewer rows at once, or use importMany",
      );
    }
    try {
      this.values = this.values.map(toParameter);
      return undefined;
    } catch {
      return new ValidationError("A value cannot be sent to the database: use plain values, and JSON without cycles");
    }
  }

  override handleDataRow(row: unknown): void {
    if (this.#toSkip === 0) super.handleDataRow(row);
  }

  override handleCommandComplete(complete: unknown, connection: Connection): void {
    if (this.#toSkip === 0) super.handleCommandComplete(complete, connection);
    this.#toSkip -= 1;
  }

  /** True once its own command, and not only its prelude, is complete. */
  override get isComplete(): boolean {
    return this.#toSkip < 0;
  }

  override handleReadyForQuery(connection: Connection): void {
    if (this.name !== undefined) this.#remember(connection, this.name);
    super.handleReadyForQuery(connection);
  }

  #remember(connection: Connection, name: string): void {
    let known = described.get(connection);
    if (!known) {
      known = new Map();
      described.set(connection, known);
    }
    if (known.has(name) || connection.parsedStatements[name] === undefined) return;
    const { fields, _parsers, _prebuiltEmptyResultObject } = this._result;
    known.set(name, { fields, _parsers, _prebuiltEmptyResultObject });
  }
}

/**
 * Several queries before one Sync, each after its own prelude, answered in order. `bytes` are their messages. When one
 * fails, the server skips all later ones; `served` is the number of queries answered before.
 */
export class SharedRound extends SettledQuery {
  readonly #members: readonly BatchQuery[];
  readonly #bytes: readonly Buffer[];
  served = 0;

  constructor(members: readonly BatchQuery[], bytes: readonly Buffer[], callback: Callback) {
    super("", [], callback);
    this.#members = members;
    this.#bytes = bytes;
  }

  override submit(connection: Connection): null {
    connection.stream.write(Buffer.concat([...this.#bytes, sync]));
    return null;
  }

  override handleDataRow(row: unknown): void {
    this.#members[this.served]?.handleDataRow(row);
  }

  override handleCommandComplete(complete: unknown, connection: Connection): void {
    const member = this.#members[this.served];
    member?.handleCommandComplete(complete, connection);
    if (member?.isComplete) this.served += 1;
  }

  /** Hands the answered queries their results. */
  settleServed(client: pg.ClientBase): void {
    for (const member of this.#members.slice(0, this.served)) member.handleReadyForQuery(connectionOf(client));
  }
}

/** Parses named statements on a new connection, all in one round trip. */
export class PrepareStatements extends Query {
  readonly #statements: Record<string, string>;

  constructor(statements: Record<string, string>, callback: Callback) {
    super("", [], callback);
    this.#statements = statements;
  }

  override submit(connection: Connection): null {
    const { stream } = connection;
    stream.cork();
    for (const [name, text] of Object.entries(this.#statements)) {
      connection.parse({ name, text, types: [] });
    }
    connection.sync();
    stream.uncork();
    return null;
  }
}

/** Hands one of the queries above to a client. */
export function submit(client: pg.ClientBase, query: QueryInternals): void {
  client.query(query as unknown as pg.Submittable);
}
