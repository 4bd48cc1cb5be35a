import { stateMachine } from "../core/states";

const ledger = "ledger_writer";

/**
 * A document is a draft until it is valid (issued or approved). Allocations, which the ledger counts, move it between valid,
 * partly paid and paid, to and fro. By hand it is set to paid, which pays what is open, or to void while nothing settles it.
 */
function documentStates<const Valid extends string>(table: string, word: string, valid: Valid) {
  const owed = [valid, "partly_paid", "paid"] as const;
  return stateMachine<readonly ["draft", Valid, "partly_paid", "paid", "void"]>({
    table,
    states: ["draft", valid, "partly_paid", "paid", "void"],
    initial: ["draft"],
    transitions: [
      { from: "draft", to: valid },
      { from: valid, to: "void" },
      {
        from: [valid, "partly_paid"],
        to: "paid",
        unless: { is: "new.kind = 'credit_note'", sentence: "A credit note is not paid: allocate it" },
      },
      { from: owed, to: owed, by: ledger },
    ],
    start: `A new ${word} is an unpaid draft: insert it as one, then make it ${valid}`,
    refusals: [
      { from: "draft", to: "void", sentence: "A draft is not voided: delete it" },
      { from: "draft", sentence: `The ${word} is a draft: make it ${valid} first` },
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
