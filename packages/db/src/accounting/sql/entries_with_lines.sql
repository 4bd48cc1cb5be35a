-- Journal entries, each with its lines in order as one JSON array. Amounts are text, as JSON numbers have no fixed scale.
-- @select authenticated, platform
create view accounting.entries_with_lines (
  tenant_id, id, company_id, entry_date, description, reference, source, source_id, reverses_entry_id, idempotency_key,
  posted_by, created_at, lines)
  with (security_invoker = true)
as
select e.tenant_id, e.id, e.company_id, e.entry_date, e.description, e.reference, e.source, e.source_id,
  e.reverses_entry_id, e.idempotency_key, e.posted_by, e.created_at, (
    select jsonb_agg(jsonb_build_object('id', l.id, 'accountId', l.account_id, 'currency', l.currency,
      'debit', l.debit::text, 'credit', l.credit::text, 'baseDebit', l.base_debit::text,
      'baseCredit', l.base_credit::text, 'isExchangeDifference', l.is_exchange_difference,
      'customerId', l.customer_id, 'vendorId', l.vendor_id, 'description', l.description) order by l.line_number)
    from accounting.journal_lines l where l.tenant_id = e.tenant_id and l.entry_id = e.id)
from accounting.journal_entries e;
