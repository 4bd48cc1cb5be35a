import { and, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { currencyExponent } from "../core/currency";
import { ConflictError } from "../core/errors";
import { found } from "../core/found";
import { compareMoney, sumMoney } from "../core/money";
import type { Params, Statement } from "../core/statement";
import { parseInput } from "../core/validation";
import { allocate } from "./allocations";
import { type DocumentKind, type DocumentRow, inStatus } from "./documents";
import { type Posted, type Previewed, postOrPreview } from "./preview";
import type { invoices } from "./schema";
import { statement } from "./statements";
import { idListSchema, voidOptionsSchema } from "./validation/documents";

export type VoidOptions = z.input<typeof voidOptionsSchema>;

/** Posts, voids and settles invoices or bills. Triggers of their table do what a status means, whoever sets it. */
export class DocumentPosting<Row extends DocumentRow> {
  readonly #kind: DocumentKind<Row>;
  readonly #statements: PostingStatements<Row>;

  constructor(kind: DocumentKind<Row>) {
    this.#kind = kind;
    this.#statements = postingStatements(kind);
  }

  /** Posts a draft: issues an invoice, approves a bill. */
  post(unit: Unit, id: string): Promise<Posted<Row>> {
    return this.postBy(unit, this.#statements.post, { id });
  }

  /** Posts a draft by a statement of the caller's, which answers with the document, or with nothing when it is no draft. */
  async postBy<P extends { id: string }>(unit: Unit, by: Statement<P, Row[]>, params: P): Promise<Posted<Row>> {
    const rule = `Only a draft can be ${this.#kind.posted}`;
    const row = await inStatus(unit, this.#kind, { id: params.id, rule }, await unit.run(by, params));
    return { row, ids: [params.id] };
  }

  /** Voids a document that nothing settles. With `preview` it returns the entry that mirrors the document's. */
  async void<O extends VoidOptions>(unit: Unit, id: string, options: O): Promise<Previewed<O, Row>> {
    const { date = null, preview } = parseInput(voidOptionsSchema, options, "void");
    return postOrPreview(unit, { preview }, [`${this.#kind.noun}_void`], async (inner) => {
      const rows = await inner.run(this.#statements.void, { id, date });
      const rule = `Only ${this.#kind.posted} documents are voided`;
      return { row: await inStatus(inner, this.#kind, { id, rule }, rows), ids: [id] };
    });
  }

  /** Marks documents as paid, all or none. */
  async markPaid(unit: Unit, ids: readonly string[]): Promise<void> {
    const unique = [...new Set(parseInput(idListSchema, ids, "list of ids"))];
    await unit.atomic(async (inner) => {
      // Documents are locked by id everywhere, which prevents deadlocks.
      await inner.run(this.#statements.lockOwed, { ids: unique });
      const paid = await this.markWrittenPaid(inner, unique);
      if (paid === unique.length) return;
      const missing = unique.length - paid;
      throw new ConflictError(
        `${missing} of ${unique.length} ${this.#kind.plural} are missing or not owed; none was changed`,
      );
    });
  }

  /** Marks documents as paid that this transaction has locked or written. Returns how many were owed. */
  async markWrittenPaid(unit: Unit, ids: string[]): Promise<number> {
    return (await unit.run(this.#statements.markPaid, { ids })).length;
  }

  /** Allocates a new credit note to the open amount of the document that it credits. The rest stays a credit. */
  async setOff(unit: Unit, creditedId: string, creditId: string, date: string): Promise<Posted<Row>> {
    const { noun, records } = this.#kind;
    // The credit note's trigger has locked the document, so its open amount cannot change.
    const credited = await records.get(unit, creditedId);
    const credit = await records.get(unit, creditId);
    const open = sumMoney([credited.totalAmount, `-${credited.paidAmount}`], currencyExponent(credited.currency));
    const amount = compareMoney(open, credit.totalAmount) < 0 ? open : credit.totalAmount;
    if (compareMoney(amount, "0") === 0) return { row: credit, ids: [creditId] };
    const [allocation] = await allocate(
      unit,
      noun === "invoice"
        ? { creditNoteId: creditId, date, allocations: [{ invoiceId: creditedId, amount }] }
        : { vendorCreditId: creditId, date, allocations: [{ billId: creditedId, amount }] },
    );
    return { row: await records.get(unit, creditId), ids: [creditId, found(allocation, "allocation").id] };
  }
}

interface PostingStatements<Row> {
  post: Statement<{ id: string }, Row[]>;
  void: Statement<{ id: string; date: string | null }, Row[]>;
  lockOwed: Statement<{ ids: string[] }, { id: string }[]>;
  markPaid: Statement<{ ids: string[] }, { id: string }[]>;
}

function postingStatements<Row>({ table: either, plural, posted }: DocumentKind<Row>): PostingStatements<Row> {
  // Both tables have the columns used here. One type for both lets the statements be typed.
  const table = either as typeof invoices;
  const status = posted as "issued";
  const named = (verb: string) => `accounting.${plural}.${verb}`;
  const own = (p: Params<{ id: string }>) => and(eq(table.tenantId, p.tenantId), eq(table.id, p.id));
  const owed = (p: Params<{ ids: string[] }>) =>
    and(
      eq(table.tenantId, p.tenantId),
      sql`${table.id} = any (${p.ids}::uuid[])`,
      sql`${table.status} in (${sql.raw(`'${posted}'`)}, 'partly_paid')`,
    );

  const made = {
    // Triggers assign number, rate and base amount, check the document and post it.
    post: statement(named(posted === "issued" ? "issue" : "approve"), (q, p: Params<{ id: string }>) =>
      q
        .update(table)
        .set({ status })
        .where(and(own(p), eq(table.status, "draft")))
        .returning(),
    ),

    void: statement(named("void"), (q, p: Params<{ id: string; date: string | null }>) =>
      q
        .update(table)
        .set({ status: "void", voidedOn: sql`${p.date}::date` })
        .where(and(own(p), eq(table.status, status)))
        .returning(),
    ),

    // A separate statement, because an update locks rows in the order of its plan. An update with a locking subquery would
    // read the row versions from before the lock, which a concurrent writer may have replaced.
    lockOwed: statement(named("lock_owed"), (q, p: Params<{ ids: string[] }>) =>
      q.select({ id: table.id }).from(table).where(owed(p)).orderBy(table.id).for("no key update"),
    ),

    markPaid: statement(named("mark_paid"), (q, p: Params<{ ids: string[] }>) =>
      q.update(table).set({ status: "paid" }).where(owed(p)).returning({ id: table.id }),
    ),
  };
  return made as unknown as PostingStatements<Row>;
}
