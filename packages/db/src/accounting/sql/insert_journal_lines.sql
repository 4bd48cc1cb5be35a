-- Inserts the lines of a batch's entries, and adds them to the balances of their accounts and the totals of their
-- months. Each line continues the chain of its account: the next version, and the balance after it. Amounts are written
-- with the decimals of their currencies; check_entries has refused more, but for what takes older amounts back. `p_decimals` are those of the base currency of
-- each company of `p_companies`. Internal: a step of write_entries, whose settings it runs with; the balances are locked
-- by now.
-- @owner ledger_writer
-- @execute none
create function accounting.insert_journal_lines(
  p_repeated int[], p_entry_id uuid[], p_company_id uuid[], p_entry_date date[], p_line_entry int[], p_line_id uuid[],
  p_account_id uuid[], p_currency text[], p_debit numeric[], p_credit numeric[], p_base_debit numeric[],
  p_base_credit numeric[], p_is_exchange_difference boolean[], p_customer_id uuid[], p_vendor_id uuid[],
  p_line_description text[], p_companies uuid[], p_decimals int[]
) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  with line as materialized (
    select l.id, l.entry_position, l.account_id, l.currency, l.is_exchange_difference, l.customer_id, l.vendor_id,
      l.description, l.line_position, d.base_decimals,
      round(l.debit, d.decimals) as debit, round(l.credit, d.decimals) as credit,
      tenancy.with_decimals(l.base_debit, d.base_decimals) as base_debit,
      tenancy.with_decimals(l.base_credit, d.base_decimals) as base_credit,
      p_entry_id[l.entry_position] as entry_id, p_company_id[l.entry_position] as company_id,
      p_entry_date[l.entry_position] as entry_date,
      row_number() over (partition by l.entry_position order by l.line_position) as line_number,
      b.version + row_number() over chain as account_version,
      tenancy.with_decimals(b.balance + sum(l.base_debit - l.base_credit) over chain, d.base_decimals) as balance_after
    from unnest(p_line_entry, p_line_id, p_account_id, p_currency, p_debit, p_credit, p_base_debit, p_base_credit,
        p_is_exchange_difference, p_customer_id, p_vendor_id, p_line_description) with ordinality as l
      (entry_position, id, account_id, currency, debit, credit, base_debit, base_credit, is_exchange_difference,
       customer_id, vendor_id, description, line_position)
    cross join lateral (
      select tenancy.currency_exponent(l.currency) as decimals,
        p_decimals[array_position(p_companies, p_company_id[l.entry_position])] as base_decimals
    ) d
    join accounting.account_balances b on b.tenant_id = v_tenant and b.account_id = l.account_id
    where l.entry_position <> all (p_repeated)
    window chain as (partition by l.account_id order by l.line_position rows unbounded preceding)
  ), written as (
    insert into accounting.journal_lines
      (tenant_id, id, company_id, entry_id, line_number, account_id, entry_date, currency, debit, credit, base_debit,
       base_credit, is_exchange_difference, customer_id, vendor_id, description, account_version, balance_after)
    select v_tenant, l.id, l.company_id, l.entry_id, l.line_number, l.account_id, l.entry_date, l.currency, l.debit,
      l.credit, l.base_debit, l.base_credit, l.is_exchange_difference, l.customer_id, l.vendor_id, l.description,
      l.account_version, l.balance_after
    from line l order by l.line_position
  ), moved as (
    update accounting.account_balances b set balance = tenancy.with_decimals(b.balance + s.amount, s.decimals), version = b.version + s.lines
    from (select l.account_id, count(*) as lines, sum(l.base_debit - l.base_credit) as amount,
            max(l.base_decimals) as decimals
          from line l group by 1) s
    where b.tenant_id = v_tenant and b.account_id = s.account_id
  )
  insert into accounting.period_totals as t
    (tenant_id, company_id, account_id, month, currency, debit, credit, base_debit, base_credit)
  select v_tenant, l.company_id, l.account_id, date_trunc('month', l.entry_date)::date, l.currency, sum(l.debit),
    sum(l.credit), sum(l.base_debit), sum(l.base_credit)
  from line l group by 2, 3, 4, 5
  on conflict (tenant_id, company_id, account_id, month, currency) do update
  set debit = t.debit + excluded.debit, credit = t.credit + excluded.credit,
    base_debit = t.base_debit + excluded.base_debit, base_credit = t.base_credit + excluded.base_credit;
end $$;
