import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { found } from "../core/found";
import { newId } from "../core/ids";
import { listOf } from "../core/lists";
import type { DecimalString } from "../core/money";
import type { Page, PageRequest } from "../core/page";
import { kept, type RowParams, type RowType, rowsOf } from "../core/rows";
import type { Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { books, exchangeRates } from "./schema";
import { sqlStatement, statement } from "./statements";
import { keptOfRates } from "./validation/kept";
import { newExchangeRateSchema, rateFilterSchema, rateQuestionSchema } from "./validation/rates";

export type ExchangeRate = typeof exchangeRates.$inferSelect;
export type NewExchangeRate = z.input<typeof newExchangeRateSchema>;
export type ExchangeRateFilter = z.input<typeof rateFilterSchema>;

const newRate = rowsOf(exchangeRates, {
  id: "given",
  companyId: "given",
  currency: "given",
  rateDate: "given",
  rate: "given",
  ...kept(keptOfRates),
});

const set = statement("accounting.exchange_rates.set", (q, p: Params<RowParams<RowType<typeof newRate>>>) =>
  q
    .insert(exchangeRates)
    .values(newRate.insertable(p))
    .onConflictDoUpdate({
      target: [exchangeRates.tenantId, exchangeRates.companyId, exchangeRates.currency, exchangeRates.rateDate],
      set: { rate: sql`excluded.rate` },
    })
    .returning(),
);

const list = listOf(statement, {
  name: "accounting.exchange_rates.list",
  table: exchangeRates,
  sort: ["rateDate", "id"],
  direction: "desc",
  filter: rateFilterSchema,
  required: ["companyId"],
  optional: ["currency"],
});

const rateOn = sqlStatement(
  "accounting.exchange_rates.rate_on",
  (q) => q.select({ rate: sql<DecimalString | null>`rate` }).from(books),
  (p: Params<{ companyId: string; currency: string; date: string }>) => sql`
    select coalesce(
      (select 1::numeric from accounting.books b
       where b.tenant_id = ${p.tenantId}::uuid and b.company_id = ${p.companyId}::uuid
         and b.base_currency = ${p.currency}::text),
      (select x.rate from accounting.last_exchange_rate(
         ${p.tenantId}::uuid, ${p.companyId}::uuid, ${p.currency}::text, ${p.date}::date) x))`,
);

/** What other currencies are worth in the base currency of the tenant's companies. */
export class ExchangeRateRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /**
   * Sets what one unit of a currency is worth in the company's base currency from a day on; a rate of the same day is
   * replaced. What is posted already keeps its rate. Throws `ValidationError`, `ForeignKeyViolationError`.
   */
  async set(input: NewExchangeRate): Promise<ExchangeRate> {
    const rate = parseInput(newExchangeRateSchema, input, "exchange rate");
    const [written] = await this.#unit.run(set, newRate.row(rate, { id: () => newId() }));
    return found(written, "exchange rate");
  }

  /** The company's rates of one currency or all, latest first. */
  list(request: PageRequest & ExchangeRateFilter): Promise<Page<ExchangeRate>> {
    return list(this.#unit, request);
  }

  /**
   * The rate that documents of that day take: the last one set for that day or before; 1 for the base currency;
   * undefined when there is none. Throws `ValidationError`.
   */
  async rateOn(companyId: string, currency: string, date: string): Promise<DecimalString | undefined> {
    const question = parseInput(rateQuestionSchema, { companyId, currency, date }, "question");
    const [answer] = await this.#unit.run(rateOn, question);
    return answer?.rate ?? undefined;
  }
}
