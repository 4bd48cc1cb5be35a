-- Accounts: what has lines, or is used by the books, keeps its meaning.
create trigger guard_account before update or delete on accounting.accounts
  for each row execute function accounting.guard_account();

create trigger mark_balance after update on accounting.accounts
  for each row when (new.type <> old.type or new.currency is distinct from old.currency or new.is_active <> old.is_active)
  execute function accounting.mark_balance();

create trigger check_parent after insert or update of type, parent_id on accounting.accounts
  for each row execute function accounting.check_account_parent();

create trigger open_balances after insert on accounting.accounts
  referencing new table as written for each statement execute function accounting.open_balances();

-- The lines of a bill change while it is a draft. They are in its currency.
create trigger fill_currency before insert on accounting.bill_lines
  for each row when (new.currency is null) execute function accounting.line_currency();

create trigger keep_currency before update on accounting.bill_lines
  for each row when (new.currency is distinct from old.currency) execute function accounting.line_currency();

create trigger keep_lines_delete after delete on accounting.bill_lines
  referencing old table as written
  for each statement execute function accounting.keep_lines('bill');

create trigger keep_lines_insert after insert on accounting.bill_lines
  referencing new table as written
  for each statement execute function accounting.keep_lines('bill');

create trigger keep_lines_update after update on accounting.bill_lines
  referencing old table as overwritten new table as written
  for each statement execute function accounting.keep_lines('bill');

-- Bills. freeze_columns fires first, then guard_status_*; both are generated from schema/ and states.ts. So an illegal
-- change is refused before it is numbered, valued or dated. Paid amounts come from allocations, and a draft has none.
create trigger guard_paid_insert before insert on accounting.bills
  for each row when (new.paid_amount <> 0 or new.paid_base_amount <> 0)
  execute function tenancy.refuse('ZT003', 'A new bill is an unpaid draft: insert it as one, then make it approved');

create trigger guard_paid_update before update on accounting.bills
  for each row when (old.status = 'draft' and (new.paid_amount <> 0 or new.paid_base_amount <> 0))
  execute function tenancy.refuse('ZT003', 'A draft is not paid: make the bill approved first');

create trigger guard_delete before delete on accounting.bills
  for each row when (old.status <> 'draft')
  execute function tenancy.refuse('ZT003', 'This bill is no draft and cannot be deleted: void it');

create trigger guard_voided_on before update on accounting.bills
  for each row when (old.status <> 'draft' and new.voided_on is distinct from old.voided_on
    and not (new.status = 'void' and old.status <> 'void'))
  execute function tenancy.refuse('ZT003', 'The date of the void comes with the void of the bill, and stays');

create trigger scale_amounts_insert before insert on accounting.bills
  for each row when (scale(new.total_amount) <> tenancy.currency_exponent(new.currency)
    or scale(new.paid_amount) <> tenancy.currency_exponent(new.currency) or new.base_amount is not null)
  execute function accounting.draft_amounts();

create trigger scale_amounts_update before update on accounting.bills
  for each row when (old.status = 'draft' and (new.currency <> old.currency or new.total_amount <> old.total_amount
    or scale(new.total_amount) <> tenancy.currency_exponent(new.currency)
    or new.base_amount is distinct from old.base_amount))
  execute function accounting.draft_amounts();

create trigger renew_line_amounts after update on accounting.bills
  for each row when (new.currency <> old.currency) execute function accounting.renew_line_amounts();

create trigger void_bill before update on accounting.bills
  for each row when (new.status = 'void' and old.status <> 'void') execute function accounting.void_document('bill');

create trigger value_bill before update on accounting.bills
  for each row when (old.status = 'draft' and new.status = 'approved') execute function accounting.value_document();

create trigger refuse_early_void after update on accounting.bills
  for each row when (old.voided_on is null and new.voided_on is not null) execute function accounting.refuse_early_void();

-- Posts before it settles: triggers fire in the order of their names, and post_bills comes before settle_bills.
create trigger post_bills after update on accounting.bills
  referencing old table as overwritten new table as written
  for each statement execute function accounting.post_documents('bill');

create trigger settle_bills after update on accounting.bills
  referencing old table as overwritten new table as written
  for each statement execute function accounting.settle_documents('bill');

-- Books: default accounts that fit, and days that only closing periods closes.
create trigger check_books before insert or update of receivable_account_id, payable_account_id, sales_account_id,
    purchases_account_id, bank_account_id, exchange_account_id on accounting.books
  for each row execute function accounting.check_books();

create trigger guard_closed_insert before insert on accounting.books
  for each row when (new.closed_through is not null)
  execute function tenancy.refuse('ZT003', 'The books are closed by closing periods');

create trigger guard_closed_update before update on accounting.books
  for each row when (new.closed_through is distinct from old.closed_through and current_user <> 'ledger_writer')
  execute function tenancy.refuse('ZT003', 'The books are closed by closing periods');

-- Replaces the trigger of protect_table: changes that the ledger makes to the books are in the trail of their periods.
create trigger write_audit after update or delete on accounting.books
  for each row when (current_user <> 'ledger_writer') execute function tenancy.write_audit();

-- Customers: the ledger alone keeps the balance.
create trigger guard_balance_insert before insert on accounting.customers
  for each row when (new.balance <> 0)
  execute function tenancy.refuse('ZT002', 'The balance follows the documents: it cannot be set');

create trigger guard_balance_update before update on accounting.customers
  for each row when (new.balance is distinct from old.balance and current_user <> 'ledger_writer')
  execute function tenancy.refuse('ZT002', 'The balance follows the documents: it cannot be set');

-- Replaces the trigger of protect_table: the ledger writes nothing of a customer but the balance, which the journal records.
create trigger write_audit after update or delete on accounting.customers
  for each row when (current_user <> 'ledger_writer') execute function tenancy.write_audit();

-- Periods follow one another and close in order. freeze_columns fires before stamp_period, which says who closed one.
create trigger begin_period before insert on accounting.fiscal_periods
  for each row execute function accounting.begin_period();

create trigger guard_open before insert on accounting.fiscal_periods
  for each row when (new.closed_by is not null)
  execute function tenancy.refuse('ZT003', 'A period begins open: close it afterwards');

create trigger mark_books after insert on accounting.fiscal_periods
  for each row execute function accounting.mark_books();

create trigger stamp_period before update on accounting.fiscal_periods
  for each row when (new.status <> old.status) execute function accounting.stamp_period();

create trigger close_books after update on accounting.fiscal_periods
  referencing old table as overwritten new table as written
  for each statement execute function accounting.close_books();

-- The lines of an invoice change while it is a draft. They are in its currency.
create trigger fill_currency before insert on accounting.invoice_lines
  for each row when (new.currency is null) execute function accounting.line_currency();

create trigger keep_currency before update on accounting.invoice_lines
  for each row when (new.currency is distinct from old.currency) execute function accounting.line_currency();

create trigger keep_lines_delete after delete on accounting.invoice_lines
  referencing old table as written
  for each statement execute function accounting.keep_lines('invoice');

create trigger keep_lines_insert after insert on accounting.invoice_lines
  referencing new table as written
  for each statement execute function accounting.keep_lines('invoice');

create trigger keep_lines_update after update on accounting.invoice_lines
  referencing old table as overwritten new table as written
  for each statement execute function accounting.keep_lines('invoice');

-- Invoices. freeze_columns fires first, then guard_status_*; both are generated from schema/ and states.ts. So an illegal
-- change is refused before it is numbered, valued or dated. Paid amounts come from allocations, and a draft has none.
create trigger guard_number before insert on accounting.invoices
  for each row when (new.status = 'draft' and new.invoice_number is not null)
  execute function tenancy.refuse('ZT003', 'A draft has no number: leave invoice_number out, issuing gives it');

create trigger guard_paid_insert before insert on accounting.invoices
  for each row when (new.paid_amount <> 0 or new.paid_base_amount <> 0)
  execute function tenancy.refuse('ZT003', 'A new invoice is an unpaid draft: insert it as one, then make it issued');

create trigger guard_paid_update before update on accounting.invoices
  for each row when (old.status = 'draft' and (new.paid_amount <> 0 or new.paid_base_amount <> 0))
  execute function tenancy.refuse('ZT003', 'A draft is not paid: make the invoice issued first');

create trigger guard_delete before delete on accounting.invoices
  for each row when (old.status <> 'draft')
  execute function tenancy.refuse('ZT003', 'This invoice is no draft and cannot be deleted: void it');

create trigger guard_voided_on before update on accounting.invoices
  for each row when (old.status <> 'draft' and new.voided_on is distinct from old.voided_on
    and not (new.status = 'void' and old.status <> 'void'))
  execute function tenancy.refuse('ZT003', 'The date of the void comes with the void of the invoice, and stays');

create trigger scale_amounts_insert before insert on accounting.invoices
  for each row when (scale(new.total_amount) <> tenancy.currency_exponent(new.currency)
    or scale(new.paid_amount) <> tenancy.currency_exponent(new.currency) or new.base_amount is not null)
  execute function accounting.draft_amounts();

create trigger scale_amounts_update before update on accounting.invoices
  for each row when (old.status = 'draft' and (new.currency <> old.currency or new.total_amount <> old.total_amount
    or scale(new.total_amount) <> tenancy.currency_exponent(new.currency)
    or new.base_amount is distinct from old.base_amount))
  execute function accounting.draft_amounts();

create trigger renew_line_amounts after update on accounting.invoices
  for each row when (new.currency <> old.currency) execute function accounting.renew_line_amounts();

create trigger void_invoice before update on accounting.invoices
  for each row when (new.status = 'void' and old.status <> 'void') execute function accounting.void_document('invoice');

create trigger value_invoice before update on accounting.invoices
  for each row when (old.status = 'draft' and new.status = 'issued') execute function accounting.value_document();

create trigger refuse_early_void after update on accounting.invoices
  for each row when (old.voided_on is null and new.voided_on is not null) execute function accounting.refuse_early_void();

-- Posts before it settles: triggers fire in the order of their names, and post_invoices comes before settle_invoices.
create trigger post_invoices after update on accounting.invoices
  referencing old table as overwritten new table as written
  for each statement execute function accounting.post_documents('invoice');

create trigger settle_invoices after update on accounting.invoices
  referencing old table as overwritten new table as written
  for each statement execute function accounting.settle_documents('invoice');

-- An allocation is applied once and taken back once. What it moves elsewhere it moves when its own row is written.
create trigger prepare_allocation before insert on accounting.payment_allocations
  for each row execute function accounting.prepare_allocation();

create trigger guard_take_back before update on accounting.payment_allocations
  for each row when (new.reversed_on is distinct from old.reversed_on) execute function accounting.guard_take_back();

create trigger apply_allocation after insert on accounting.payment_allocations
  for each row execute function accounting.apply_allocation();

create trigger take_back_allocation after update on accounting.payment_allocations
  for each row when (new.reversed_on is distinct from old.reversed_on) execute function accounting.take_back_allocation();

-- Payments are recorded complete, posted, and voided; nothing else of them changes.
create trigger guard_second_void before update of voided_on on accounting.payments
  for each row when (old.voided_on is not null and new.voided_on is distinct from old.voided_on)
  execute function tenancy.refuse('ZT003', 'The payment is void already');

create trigger guard_void_date before update of voided_on on accounting.payments
  for each row when (old.voided_on is null and new.voided_on < new.payment_date)
  execute function tenancy.refuse('ZT003', 'A payment is not voided before its own date: choose that date or a later one');

create trigger prepare_payment before insert on accounting.payments
  for each row execute function accounting.prepare_payment();

create trigger void_payment after update of voided_on on accounting.payments
  for each row when (old.voided_on is null and new.voided_on is not null) execute function accounting.void_payment();

create trigger check_refund after insert on accounting.payments
  for each row when (new.is_refund) execute function accounting.check_refund();

-- Replaces the trigger of protect_table: the ledger writes nothing of a payment but what is allocated of it, which the
-- allocations record.
create trigger write_audit after update or delete on accounting.payments
  for each row when (current_user <> 'ledger_writer') execute function tenancy.write_audit();

create trigger post_payments after insert on accounting.payments
  referencing new table as written for each statement execute function accounting.post_payments();

-- Vendors: the ledger alone keeps the balance.
create trigger guard_balance_insert before insert on accounting.vendors
  for each row when (new.balance <> 0)
  execute function tenancy.refuse('ZT002', 'The balance follows the documents: it cannot be set');

create trigger guard_balance_update before update on accounting.vendors
  for each row when (new.balance is distinct from old.balance and current_user <> 'ledger_writer')
  execute function tenancy.refuse('ZT002', 'The balance follows the documents: it cannot be set');

-- Replaces the trigger of protect_table: the ledger writes nothing of a vendor but the balance, which the journal records.
create trigger write_audit after update or delete on accounting.vendors
  for each row when (current_user <> 'ledger_writer') execute function tenancy.write_audit();
