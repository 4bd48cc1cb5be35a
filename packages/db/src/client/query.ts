import pg, { type QueryArrayResult } from "pg";
import type { Connection } from "./connection";
import { BatchQuery, submit } from "./wire";

/** One query as it goes to the server. `name` makes it a prepared statement; `statement` names it in errors. */
export interface WireQuery {
  text: string;
  name?: string | undefined;
  rowMode?: "array" | undefined;
  values: unknown[];
  statement?: string | undefined;
  /**
   * A repository's statement that was declared or proven to read: it may share a round trip with others, and a lost
   * connection loses only its answer. What a text of the caller's looks like is no proof.
   */
  reads?: boolean | undefined;
  /** The field that a repository's statement takes as this parameter, from 1. */
  fieldOf?: FieldOf | undefined;
}

export type FieldOf = (position: number) => string | undefined;

export type QueryDone = (error: Error | undefined, result: QueryArrayResult) => void;

// Drizzle maps these types itself, from text; pg's parsers would lose microseconds and cost more.
const textual = new Set([1082, 1114, 1184, 1186, 1115, 1182, 1185, 1187, 1231]);
const keepText = (value: string) => value;

const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: "text" | "binary") =>
    textual.has(oid) ? keepText : (pg.types.getTypeParser(oid, format as "text") as (value: string) => unknown),
};

/** The driver's form of a query with its prelude; calls back with the driver's own error. */
export function driverQuery(
  { text, name, rowMode, values }: WireQuery,
  prelude: readonly Buffer[],
  done: QueryDone,
): BatchQuery {
  return new BatchQuery({ text, name, rowMode, values, types }, prelude, done);
}

/** Runs a query on a checked-out connection. Rejects with the driver's own error. */
export function send(
  connection: Connection,
  query: WireQuery,
  prelude: readonly Buffer[] = [],
): Promise<QueryArrayResult> {
  return new Promise((resolve, reject) => {
    const done: QueryDone = (error, result) => (error ? reject(error) : resolve(result));
    submit(connection.client, driverQuery(query, prelude, done));
  });
}

// PREPARE, DEALLOCATE, SET, DO and others can leave something on the connection for the next scope, even when they fail
// or are rolled back. The list names what leaves nothing; a leading comment and every unknown command count as unsafe.
const leavesNothing =
  /^\s*(select|insert|update|delete|with|values|merge|table|savepoint|release savepoint|rollback to savepoint|discard plans)\b/i;

// Functions whose effect can outlive the transaction, functions that run SQL given as text, and escaped identifiers.
const outlives = /set_config|pg_settings|setseed|pg_(?:try_)?advisory_lock|_to_xml|ts_stat|ts_rewrite|dblink|u&"/i;

/** True for a caller's own SQL after which the connection must not serve another unit. */
export const mayLeaveTraces = ({ name, text }: WireQuery): boolean =>
  name === undefined && (!leavesNothing.test(text) || outlives.test(text));
