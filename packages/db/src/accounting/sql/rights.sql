-- Rights that protect_table does not give. Every statement may run again and again; a right is taken back by a REVOKE
-- in its place.

-- Everybody reads the ledger of the own tenant; the functions of ledger_writer alone write it.
grant insert on accounting.journal_entries, accounting.journal_lines to ledger_writer;

grant insert, update on accounting.account_balances, accounting.period_totals to ledger_writer;
