-- Posts documents that have just been issued or approved, all in one batch. The total goes to the control account; the
-- lines go to their own accounts, summed by account. Base amounts of lines are rounded cumulatively, so that they add
-- up to the total at the document's rate. A base amount that the document states differs from that: the difference goes
-- to the exchange account. Internal.
-- @owner ledger_writer
-- @execute none
create function accounting.write_documents(p_source text, p_ids uuid[]) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v record;
begin
  with document as materialized (
    select d.*, b.receivable_account_id, b.payable_account_id, b.exchange_account_id, b.base_currency, s.decimals,
      round(d.total_amount * d.exchange_rate, s.decimals) as rated_amount,
      case p_source when 'invoice' then b.receivable_account_id else b.payable_account_id end as control_account_id,
      case p_source when 'invoice' then b.sales_account_id else b.purchases_account_id end as usual_account_id,
      -- Which side the control account is on: an invoice's is debited, a bill's credited, credit notes the other way
      -- round.
      (p_source = 'invoice') <> d.is_credit as is_debit,
      row_number() over (order by d.document_date, d.number, d.id) as sequence
    from accounting.documents(p_source) d
    join accounting.books b on b.tenant_id = d.tenant_id and b.company_id = d.company_id
    cross join lateral (select tenancy.currency_exponent(b.base_currency) as decimals) s
    where d.tenant_id = v_tenant and d.id = any (p_ids)
  ), line as materialized (
    -- Each document looks up its lines by its key and carries along what is needed below. A join further down would
    -- compare each document with each line, because plans are made while the tables are small.
    select d.id, d.currency, d.total_amount, d.rated_amount, d.decimals, d.is_debit, d.sequence,
      d.receivable_account_id, d.payable_account_id, coalesce(l.account_id, d.usual_account_id) as account_id, l.line_number, l.amount,
      l.currency as line_currency
    from document d
    left join lateral (
      select n.account_id, n.line_number, n.currency, n.amount from accounting.document_lines(p_source) n
      where n.tenant_id = v_tenant and n.document_id = d.id offset 0
    ) l on true
  ), checked as (
    select bool_or(c.lines is distinct from c.total_amount) as is_wrong_total, bool_or(c.other_currency) as is_other_currency,
      bool_or(c.on_control) as is_on_control
    from (
      select l.total_amount, sum(l.amount) as lines,
        bool_or(l.line_currency <> l.currency) as other_currency,
        bool_or(l.account_id in (l.receivable_account_id, l.payable_account_id)) as on_control
      from line l
      group by l.id, l.total_amount
    ) c
  ), entry as (
    select array_agg(gen_random_uuid()) as id, array_agg(d.company_id order by d.sequence) as company_id,
      array_agg(d.document_date order by d.sequence) as entry_date, array_agg(d.number order by d.sequence) as number,
      array_agg(d.id order by d.sequence) as source_id, count(*)::int as entries,
      array_agg(case when d.is_credit then 'Credit note ' else initcap(p_source collate "C") || ' ' end || d.number order by d.sequence)
        as description
    from document d where d.total_amount > 0
  ), share as (
    select a.sequence, a.currency, a.is_debit, a.account_id, a.first_line, a.amount,
      round(a.rated_amount * sum(a.amount) over earlier / a.total_amount, a.decimals)
        - round(a.rated_amount * (sum(a.amount) over earlier - a.amount) / a.total_amount, a.decimals) as base
    from (
      select l.sequence, l.currency, not l.is_debit as is_debit, l.total_amount, l.rated_amount, l.decimals, l.account_id,
        min(l.line_number) as first_line, sum(l.amount) as amount
      from line l where l.total_amount > 0
      group by 1, 2, 3, 4, 5, 6, 7 having sum(l.amount) > 0
    ) a
    window earlier as (partition by a.sequence order by a.first_line rows unbounded preceding)
  ), side as (
    select dense_rank() over (order by e.sequence)::int as position, e.*
    from (
      select d.sequence, 0 as first_line, d.currency, d.is_debit, d.control_account_id as account_id,
        d.total_amount as amount, d.base_amount as base, d.customer_id, d.vendor_id,
        false as is_difference
      from document d where d.total_amount > 0
      union all
      select s.sequence, s.first_line, s.currency, s.is_debit, s.account_id, s.amount, s.base, null, null, false
      from share s
      union all
      select d.sequence, null, d.base_currency, d.is_debit = (d.base_amount < d.rated_amount), d.exchange_account_id,
        abs(d.base_amount - d.rated_amount), abs(d.base_amount - d.rated_amount), null, null, true
      from document d where d.base_amount <> d.rated_amount
    ) e
  ), line_columns as (
    select count(*)::int as lines, array_agg(s.position order by s.position, s.first_line) as entry,
      array_agg(gen_random_uuid()) as id, array_agg(s.account_id order by s.position, s.first_line) as account_id,
      array_agg(s.currency order by s.position, s.first_line) as currency,
      array_agg(case when s.is_debit then s.amount else 0 end order by s.position, s.first_line) as debit,
      array_agg(case when s.is_debit then 0 else s.amount end order by s.position, s.first_line) as credit,
      array_agg(case when s.is_debit then s.base else 0 end order by s.position, s.first_line) as base_debit,
      array_agg(case when s.is_debit then 0 else s.base end order by s.position, s.first_line) as base_credit,
      array_agg(s.customer_id order by s.position, s.first_line) as customer_id,
      array_agg(s.vendor_id order by s.position, s.first_line) as vendor_id,
      array_agg(s.is_difference order by s.position, s.first_line) as is_difference
    from side s
  )
  select (select count(*) from document) as documents, c.is_wrong_total, c.is_other_currency, c.is_on_control,
    e.id as entry_id, e.company_id, e.entry_date, e.number, e.source_id, e.entries, e.description, l.lines, l.entry,
    l.id as line_id, l.account_id, l.currency, l.debit, l.credit, l.base_debit, l.base_credit, l.customer_id, l.vendor_id,
    l.is_difference
  into v
  from checked c cross join entry e cross join line_columns l;
  if v.documents < cardinality(p_ids) then
    raise exception using errcode = 'ZT005', message = 'Documents are posted in the scope of their tenant and company';
  elsif v.is_wrong_total then
    raise exception using errcode = 'ZT002', message = 'A document needs lines, and its total must be their sum';
  elsif v.is_other_currency then
    raise exception using errcode = 'ZT002',
      message = 'A line is in another currency than its document: leave its currency out';
  elsif v.is_on_control then
    raise exception using errcode = 'ZT003',
      message = 'A line is not on the receivable or payable account, which the document''s total is on: choose another';
  end if;
  if v.entries > 0 then
    perform accounting.write_entries(v.entry_id, v.company_id, v.entry_date, v.description, v.number,
      array_fill(p_source, array[v.entries]), v.source_id, array_fill(null::uuid, array[v.entries]),
      array_fill(null::text, array[v.entries]), array_fill(null::text, array[v.entries]), v.entry, v.line_id,
      v.account_id, v.currency, v.debit, v.credit, v.base_debit, v.base_credit, v.is_difference,
      v.customer_id, v.vendor_id, array_fill(null::text, array[v.lines]));
  end if;
end $$;
