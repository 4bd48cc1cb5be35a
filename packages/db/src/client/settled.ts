import pg from "pg";

/** The part of pg's connection that tells what the server did after an error. */
export interface ConnectionEvents {
  on(event: "readyForQuery" | "end" | "error", listener: () => void): unknown;
  off(event: "readyForQuery" | "end" | "error", listener: () => void): unknown;
}

const survived = new WeakSet<object>();
const duringStatement = new WeakSet<object>();

/** How long the server may take from an error to its ReadyForQuery, in milliseconds; usually it sends both at once. */
const longest = 5_000;

/** Notes that the server reported this error before it had completed the statement. */
export function noteIncomplete(error: Error): void {
  if (error instanceof pg.DatabaseError) duringStatement.add(error);
}

/**
 * Calls `tell` once it is certain what an error of the server means: either ReadyForQuery follows, or the connection
 * ends. The error's own severity is a word in the server's language, and pg reports the error before the state of the
 * transaction behind it is known. Errors that the server did not send are told at once.
 */
export function tellOnceSettled(connection: ConnectionEvents, error: Error, tell: () => void): void {
  if (!(error instanceof pg.DatabaseError)) {
    tell();
    return;
  }
  const settle = (ready: boolean) => {
    clearTimeout(timer);
    connection.off("readyForQuery", onReady);
    connection.off("end", onEnd);
    connection.off("error", onEnd);
    if (ready) survived.add(error);
    tell();
  };
  const onReady = () => settle(true);
  const onEnd = () => settle(false);
  const timer = setTimeout(onEnd, longest).unref();
  connection.on("readyForQuery", onReady);
  connection.on("end", onEnd);
  connection.on("error", onEnd);
}

/** True for an error after which the server was ready for the next query: it has undone the statement, and goes on. */
export const wasReadyAfter = (error: unknown): boolean => error instanceof Error && survived.has(error);

/** True for an error of the server that came before the statement was complete, and so before it could be committed. */
export const wasIncomplete = (error: unknown): boolean => error instanceof Error && duringStatement.has(error);
