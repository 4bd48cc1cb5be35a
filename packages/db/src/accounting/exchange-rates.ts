import { and, desc, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { found } from "../core/found";
import { newId } from "../core/ids";
import type { DecimalString } from "../core/money";
import { cursorKey, lastId, type Page, type PageRequest, pageSize, toPage } from "../core/page";
import type { Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { books, exchangeRates } from "./schema";
import { sqlStatement, statement } from "./statements";
import { newExchangeRateSchema, rateFilterSchema, rateQuestionSchema } from "./validation/rates";

export type ExchangeRate = typeof exchangeRates.$inferSelect;
export type NewExchangeRate = z.input<typeof newExchangeRateSchema>;
export type ExchangeRateFilter = z.input<typeof rateFilterSchema>;

const set = statement(
  "accounting.exchange_rates.set",
  (q, p: Params<Pick<ExchangeRate, "id" | "companyId" | "currency" | "rateDate" | "rate">>) =>
    q
      .insert(exchangeRates)
      .values({
        tenantId: p.tenantId,
        id: p.id,
        companyId: p.companyId,
        currency: p.currency,
        rateDate: p.rateDate,
        rate: p.rate,
      })
      .onConflictDoUpdate({
        target: [exchangeRates.tenantId, exchangeRates.companyId, exchangeRates.currency, exchangeRates.rateDate],
        set: { rate: sql`excluded.rate` },
      })
      .returning(),
);

interface ListParams {
  companyId: string;
  currency: string;
  date: string;
  id: string;
  limit: number;
}

const ofCurrency = (p: Params<ListParams>) => eq(exchangeRates.currency, p.currency);

const listStatement = (name: string, narrowed: boolean) =>
  statement(`accounting.exchange_rates.${name}`, (q, p: Params<ListParams>) =>
    q
      .select()
      .from(exchangeRates)
      .where(
        and(
          eq(exchangeRates.tenantId, p.tenantId),
          eq(exchangeRates.companyId, p.companyId),
          narrowed ? ofCurrency(p) : undefined,
          sql`(${exchangeRates.rateDate}, ${exchangeRates.id}) < (${p.date}::date, ${p.id}::uuid)`,
        ),
      )
      .orderBy(desc(exchangeRates.rateDate), desc(exchangeRates.id))
      .limit(p.limit),
  );

const listAll = listStatement("list", false);
const listOfCurrency = listStatement("list_of_currency", true);

const rateOn = sqlStatement(
  "accounting.exchange_rates.rate_on",
  (q) => q.select({ rate: sql<DecimalString | null>`rate` }).from(books),
  (p: Params<{ companyId: string; currency: string; date: string }>) => sql`
    select coalesce(
      (select 1::numeric(18, 8) from accounting.books b
       where b.tenant_id = ${p.tenantId}::uuid and b.company_id = ${p.companyId}::uuid
         and b.base_currency = ${p.currency}::text),
      (select x.rate from accounting.exchange_rates x
       where x.tenant_id = ${p.tenantId}::uuid and x.company_id = ${p.companyId}::uuid
         and x.currency = ${p.currency}::text and x.rate_date <= ${p.date}::date
       order by x.rate_date desc limit 1))`,
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
    const [written] = await this.#unit.run(set, { ...rate, id: newId() });
    return found(written, "exchange rate");
  }

  /** The company's rates of one currency or all, latest first. */
  async list(request: PageRequest & ExchangeRateFilter): Promise<Page<ExchangeRate>> {
    const { limit: _limit, cursor: _cursor, ...filter } = request;
    const { companyId, currency } = parseInput(rateFilterSchema, filter, "filter");
    const limit = pageSize(request);
    const [date = "infinity", id = lastId] = cursorKey(request, 2) ?? [];
    const params = { companyId, currency: currency ?? "", date, id, limit: limit + 1 };
    const rows = await this.#unit.run(currency === undefined ? listAll : listOfCurrency, params);
    return toPage(rows, limit, (row) => [row.rateDate, row.id]);
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
