import { stateMachine } from "../core/states";

const ledger = "ledger_writer";

/**
 * A document is a draft until it is posted: issued or approved. Allocations move it between posted, partly paid and paid,
 * in both directions. A caller may set it to paid, which pays what is open, or to void while nothing settles it.
 */
function documentStates<const Posted extends string>(table: string, word: string, posted: Posted) {
  const owed = [posted, "partly_paid", "paid"] as const;
  return stateMachine<readonly ["draft", Posted, "partly_paid", "paid", "void"]>({
    table,
    states: ["draft", posted, "partly_paid", "paid", "void"],
    initial: ["draft"],
    transitions: [
      { from: "draft", to: posted },
      { from: posted, to: "void" },
      {
        from: [posted, "partly_paid"],
        to: "paid",
        unless: { is: "new.kind = 'credit_note'", sentence: "A credit note is not paid: allocate it" },
      },
      { from: owed, to: owed, by: ledger },
    ],
    start: `A new ${word} is an unpaid draft: insert it as one, then make it ${posted}`,
    refusals: [
      { from: "draft", to: "void", sentence: "A draft is not voided: delete it" },
      { from: "draft", sentence: `The ${word} is a draft: make it ${posted} first` },
      {
        from: ["partly_paid", "paid"],
        to: "void",
        sentence: `This ${word} is settled, in part or whole: take that back first, then void it`,
      },
      { sentence: `This ${word} does not go from {from} to {to}` },
    ],
  });
}

/** Frozen once it is no draft, except for what settles it. */
export const invoiceStatus = documentStates("accounting.invoices", "invoice", "issued");

/** Frozen once it is no draft, except for what settles it. */
export const billStatus = documentStates("accounting.bills", "bill", "approved");

/** The triggers `stamp_period` and `close_books` keep the order in which periods close and open again. */
export const periodStatus = stateMachine({
  table: "accounting.fiscal_periods",
  states: ["open", "closed"],
  initial: ["open"],
  transitions: [
    { from: "open", to: "closed" },
    { from: "closed", to: "open" },
  ],
  start: "A period begins open: close it afterwards",
  refusals: [],
});
