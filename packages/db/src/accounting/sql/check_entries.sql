-- What makes an entry sound: two lines or more, on accounts of its company that may take them, with amounts that their
-- currencies have, and balanced in each currency and in base currency. Raises what is wrong with the first entry of a
-- batch that is not. Internal: a step of write_entries, whose settings it runs with; the books and balances are locked
-- by now.
-- @owner ledger_writer
-- @execute none
create function accounting.check_entries(
  p_repeated int[], p_company_id uuid[], p_source text[], p_line_entry int[], p_account_id uuid[], p_currency text[],
  p_debit numeric[], p_credit numeric[], p_base_debit numeric[], p_base_credit numeric[],
  p_is_exchange_difference boolean[], p_customer_id uuid[], p_vendor_id uuid[]
) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_problem text;
begin
  -- What belongs to the entry of a line is found by subscript: a join of two arrays would be a nested loop.
  select c.problem into v_problem
  from (
    select g.entry_position, case
      when sum(g.lines) < 2 then 'needs two lines or more'
      when bool_or(g.unrated) then 'needs an exchange rate: set one for its currency, or give the line a rate'
      when bool_or(g.unknown_account) then 'names an account that the company does not have'
      when bool_or(g.is_archived) then 'names an archived account: restore it, or take another'
      when bool_or(g.wrong_party)
        then 'has a receivable or payable without its customer or vendor, or one on another account'
      when bool_or(g.wrong_currency) then 'has a line in another currency than its account'
      when bool_or(g.wrong_scale) then 'has an amount with more decimals than its currency has'
      when bool_or(g.wrong_base) then 'has a line in base currency whose base amount differs'
      when bool_or(g.wrong_difference)
        then 'has an exchange difference that is not in base currency on the books'' exchange account'
      when bool_or(g.off <> 0) then 'is not balanced: debits and credits of a currency differ'
      when sum(g.base_off) <> 0 then 'is not balanced in base currency: add a line for the exchange difference'
    end as problem
    from (
      select l.entry_position, l.currency, count(*) as lines,
        sum(l.debit - l.credit) filter (where not l.is_exchange_difference) as off,
        sum(l.base_debit - l.base_credit) as base_off,
        bool_or(l.base_debit + l.base_credit is null) as unrated,
        bool_or(a.id is null) as unknown_account,
        bool_or(not a.is_active and p_source[l.entry_position] in ('manual', 'invoice', 'bill', 'payment'))
          as is_archived,
        -- The books are locked by now: an account that was no control account when the caller looked may be one.
        bool_or((l.account_id = b.receivable_account_id) <> (l.customer_id is not null)
          or (l.account_id = b.payable_account_id) <> (l.vendor_id is not null)) as wrong_party,
        bool_or(a.currency <> l.currency) as wrong_currency,
        -- What takes something back has the amounts that were posted, of books from before this rule too.
        bool_or(p_source[l.entry_position] in ('manual', 'invoice', 'bill', 'payment', 'allocation')
          and (l.debit + l.credit <> round(l.debit + l.credit, tenancy.currency_exponent(l.currency)) or l.base_debit
            + l.base_credit <> round(l.base_debit + l.base_credit, tenancy.currency_exponent(b.base_currency))))
          as wrong_scale,
        bool_or(l.currency = b.base_currency and (l.debit <> l.base_debit or l.credit <> l.base_credit)) as wrong_base,
        bool_or(l.is_exchange_difference
          and (l.currency <> b.base_currency or l.account_id <> b.exchange_account_id)) as wrong_difference
      from unnest(p_line_entry, p_account_id, p_currency, p_debit, p_credit, p_base_debit, p_base_credit,
          p_is_exchange_difference, p_customer_id, p_vendor_id) as l
        (entry_position, account_id, currency, debit, credit, base_debit, base_credit, is_exchange_difference,
         customer_id, vendor_id)
      left join accounting.books b on b.tenant_id = v_tenant and b.company_id = p_company_id[l.entry_position]
      left join accounting.accounts a
        on a.tenant_id = v_tenant and a.company_id = b.company_id and a.id = l.account_id
      where l.entry_position <> all (p_repeated)
      group by l.entry_position, l.currency
    ) g
    group by g.entry_position
  ) c
  where c.problem is not null
  order by c.entry_position limit 1;
  if found then
    raise exception using errcode = 'ZT002', message = format('The entry %s', v_problem);
  end if;
  if (select count(distinct l) from unnest(p_line_entry) l where l <> all (p_repeated))
      < cardinality(p_company_id) - cardinality(p_repeated) then
    raise exception using errcode = 'ZT002', message = 'The entry needs two lines or more';
  end if;
end $$;
