import type pg from "pg";
import { expect } from "vitest";

/** A fault in one of the functions that keep the books. */
export interface Mutation {
  fault: string;
  /** A function of the schema `accounting`. */
  of: string;
  replace: string;
  by: string;
}

/** What the model must find. */
export const mutations: Mutation[] = [
  {
    fault: "an account's balance stays as it was",
    of: "insert_journal_lines",
    replace: "b.balance + s.amount",
    by: "b.balance",
  },
  {
    fault: "a customer owes less for each invoice",
    of: "update_party_balances",
    replace: "c.balance + s.amount",
    by: "c.balance - s.amount",
  },
  {
    fault: "a month's total forgets what was there",
    of: "insert_journal_lines",
    replace: "base_debit = t.base_debit + excluded.base_debit",
    by: "base_debit = excluded.base_debit",
  },
  {
    fault: "closed periods take entries",
    of: "write_entries",
    replace: "v_closed_through >= any (p_entry_date)",
    by: "false",
  },
  {
    fault: "a key that comes again posts again",
    of: "post_journal",
    replace: "p_idempotency_key, p_request_hash, p_line_entry",
    by: "array_fill(null::text, array[v_entries]), array_fill(null::text, array[v_entries]), p_line_entry",
  },
  {
    fault: "more is settled than is due",
    of: "prepare_allocation",
    replace: "new.amount > v_target.amount - v_target.settled",
    by: "new.amount > v_target.amount",
  },
  {
    fault: "a refund pays back more than there is",
    of: "check_refund",
    replace: "new.amount is distinct from (",
    by: "new.amount < (",
  },
  {
    fault: "what is taken back of a payment stays used",
    of: "take_back_allocation",
    replace: "perform accounting.count_allocation(new, -1)",
    by: "perform accounting.count_allocation(new, 0)",
  },
  {
    fault: "gains and losses from exchange rates change sides",
    of: "apply_allocation",
    replace: "v_difference := new.source_base_amount - new.base_amount",
    by: "v_difference := new.base_amount - new.source_base_amount",
  },
  {
    fault: "parts of base amounts are cut off instead of rounded",
    of: "base_part",
    replace: "round(",
    by: "trunc(",
  },
  {
    fault: "base amounts have cents in every base currency",
    of: "value_document",
    replace: "new.total_amount * new.exchange_rate), v_decimals)",
    by: "new.total_amount * new.exchange_rate), 2)",
  },
  {
    fault: "what a bank moved otherwise than at the rate is posted on the other side",
    of: "post_payments",
    replace: "p.exchange_difference < 0",
    by: "p.exchange_difference > 0",
  },
];

/** Puts the fault into the database; fails when the text to replace does not stand once in the function. */
export async function mutate(owner: pg.Client, { of, replace, by }: Mutation): Promise<void> {
  const { rows } = await owner.query<{ text: string }>(
    "select pg_get_functiondef(oid) as text from pg_proc where pronamespace = 'accounting'::regnamespace and proname = $1",
    [of],
  );
  const text = rows[0]?.text ?? "";
  expect(text.split(replace).length, `"${replace}" stands once in ${of}: ${text}`).toBe(2);
  await owner.query(text.replace(replace, () => by));
}
