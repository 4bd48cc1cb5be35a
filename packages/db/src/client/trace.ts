import type { ErrorCode } from "../core/errors";
import type { WireQuery } from "./query";
import type { TenantScope } from "./scope";
import { ShownSql } from "./sql-text";

/** One statement, after it was answered. It holds no value of the call. */
export interface QueryEvent {
  /** The repository statement, e.g. `accounting.customers.find`; undefined for SQL of one's own. */
  name: string | undefined;
  /** What was sent, with placeholders; `…` stands for each value that was written into the text. */
  text: string;
  /** From the call to its answer. */
  milliseconds: number;
  /** How much of that it waited for a connection. */
  waitedMilliseconds: number;
  /** Rows that it returned or wrote. */
  rows: number;
  /** 1, or more when it was sent again; 0 for a read that shared the round trip of another. Their sum is the truth. */
  roundTrips: number;
  /** Whom it ran as. */
  scope: Readonly<Pick<TenantScope, "tenantId" | "userId" | "companyId">>;
  /** Why it failed; undefined when it succeeded. */
  error: { code: ErrorCode; sqlState: string | undefined } | undefined;
}

/** What is measured of one call. */
export class Trace {
  readonly #since = performance.now();
  #waited = 0;
  #roundTrips = 0;

  /** It goes to the server now. */
  sent(roundTrips = 1): void {
    if (this.#roundTrips === 0) this.#waited = performance.now() - this.#since;
    this.#roundTrips += roundTrips;
  }

  event({ text, statement }: WireQuery, scope: TenantScope, rows: number, error: QueryEvent["error"]): QueryEvent {
    const { tenantId, userId, companyId } = scope;
    const milliseconds = performance.now() - this.#since;
    return {
      name: statement,
      text: shownText(text, error),
      milliseconds,
      waitedMilliseconds: this.#roundTrips === 0 ? milliseconds : this.#waited,
      rows,
      roundTrips: this.#roundTrips,
      scope: { tenantId, userId, companyId },
      error,
    };
  }
}

// Most texts come again and again.
const shownTexts = new Map<string, ShownSql>();

function shownText(text: string, error: QueryEvent["error"]): string {
  let shown = shownTexts.get(text);
  if (shown === undefined) {
    shown = new ShownSql(text);
    if (shownTexts.size >= 1_000) shownTexts.clear();
    if (text.length <= 10_000) shownTexts.set(text, shown);
  }
  // Where a value ends cannot be told in SQL that has a syntax error.
  return error?.sqlState === "42601" && shown.holdsText ? "…" : shown.text;
}
