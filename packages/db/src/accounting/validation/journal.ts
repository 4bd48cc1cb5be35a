import { z } from "zod";
import { filledText, pgDate, pgText, pgUuid } from "../../core/column-kinds";
import { moneyDecimals } from "../../core/columns";
import { currencyExponent, currencySchema } from "../../core/currency";
import { sumMoney } from "../../core/money";
import { amountSchema, decimalsOf, rateSchema } from "./amounts";

const amount = () => amountSchema("use an amount above 0, on the other side");

const newJournalLineSchema = z
  .object({
    accountId: pgUuid(),
    debit: amount().optional(),
    credit: amount().optional(),
    /** The account's own currency when left out, else the base currency of the books. */
    currency: currencySchema().optional(),
    /** Base units for one unit of the currency; the last known rate when left out. */
    rate: rateSchema.optional(),
    /** The amount in base currency, instead of a rate. */
    baseAmount: amountSchema("use an amount of 0 or more: its side is that of the line").optional(),
    isExchangeDifference: z.boolean().optional(),
    description: pgText().nullish(),
  })
  .strict()
  .superRefine((line, context) => {
    const sides = [line.debit, line.credit].filter((side) => side !== undefined && !isZero(side));
    if (sides.length !== 1) {
      context.addIssue({ code: "custom", path: ["debit"], message: "use an amount above 0, as debit or as credit" });
    }
    if (line.currency === undefined) return;
    const exponent = currencyExponent(line.currency);
    for (const side of ["debit", "credit"] as const) {
      if (decimalsOf(line[side]) <= exponent) continue;
      context.addIssue({ code: "custom", path: [side], message: `use at most ${exponent} decimals in this currency` });
    }
  });

const isPlain = (amount: string) => /^\d+(\.\d+)?$/.test(amount);
const isZero = (amount: string) => /^0(\.0+)?$/.test(amount);

type Line = z.output<typeof newJournalLineSchema>;

/** An entry that is posted by hand. */
export const newJournalEntrySchema = z
  .object({
    id: pgUuid().optional(),
    companyId: pgUuid(),
    date: pgDate(),
    description: pgText().nullish(),
    reference: filledText("reference").nullish(),
    idempotencyKey: filledText("idempotencyKey").optional(),
    lines: z
      .array(newJournalLineSchema)
      .min(2, "an entry needs two lines or more")
      .max(1_000, "use at most 1,000 lines"),
  })
  .strict()
  .superRefine((entry, context) => {
    if (isUnbalanced(entry.lines)) {
      context.addIssue({ code: "custom", path: ["lines"], message: "debits and credits must be equal, per currency" });
    }
  });

// Lines without a currency take their account's, which only the database knows: then the whole must be balanced at least.
function isUnbalanced(lines: readonly Line[]): boolean {
  const [first, second] = lines;
  // A transfer, which most entries are.
  if (lines.length === 2 && first && second && isMirror(first, second)) return false;
  const regular = lines.filter((line) => !line.isExchangeDifference);
  // A field that is wrong by itself has its own issue.
  if (regular.some(({ debit = "0", credit = "0" }) => !isPlain(debit) || !isPlain(credit))) return false;
  const groups = new Map<string, string[]>();
  const isKnown = regular.every((line) => line.currency !== undefined);
  for (const line of regular) {
    const currency = isKnown ? (line.currency ?? "") : "";
    const amounts = groups.get(currency) ?? [];
    amounts.push(line.debit ?? `-${line.credit ?? "0"}`);
    groups.set(currency, amounts);
  }
  return [...groups.values()].some((amounts) => !isZero(sumMoney(amounts, moneyDecimals)));
}

const isMirror = (one: Line, other: Line) =>
  one.debit === other.credit &&
  one.credit === other.debit &&
  one.currency === other.currency &&
  one.isExchangeDifference === other.isExchangeDifference;

export const newJournalEntriesSchema = z.array(newJournalEntrySchema).max(10_000, "use at most 10,000 entries");

export const reversalSchema = z
  .object({
    /** The accounting date of the reversal; not before the entry's. */
    date: pgDate(),
    id: pgUuid().optional(),
    description: pgText().nullish(),
    idempotencyKey: filledText("idempotencyKey").optional(),
    preview: z.boolean().optional(),
  })
  .strict();

export const entryFilterSchema = z
  .object({ companyId: pgUuid(), from: pgDate().optional(), to: pgDate().optional() })
  .strict();
