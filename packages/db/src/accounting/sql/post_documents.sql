-- Posts the documents that a statement issues, approves or voids: all of them together, whoever wrote it.
-- @owner ledger_writer
-- @execute authenticated, platform
create function accounting.post_documents() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_new uuid[];
  v_credits uuid[];
  v_void uuid[];
begin
  -- Old and new rows are matched by grouping. A join would compare each with each, because its plan is made for one
  -- row.
  select array_agg(s.id) filter (where s.was = 'draft'),
    array_agg(s.id) filter (where s.was = 'draft' and s.kind = 'credit_note'),
    array_agg(s.id) filter (where s.becomes = 'void')
  into v_new, v_credits, v_void
  from (
    select t.id, max(t.was) as was, max(t.becomes) as becomes, max(t.kind) as kind
    from (
      select o.id, o.status as was, null as becomes, null as kind from overwritten o
      union all
      select w.id, null, w.status, w.kind from written w
    ) t
    group by t.id
  ) s
  where s.was <> s.becomes;
  -- Series are locked before accounts, as the rows' own triggers lock them.
  if v_new is not null and tg_argv[0] = 'invoice' then
    perform accounting.count_invoice_numbers(v_new);
  end if;
  if v_credits is not null then
    perform accounting.check_credits(tg_argv[0], v_credits);
  end if;
  if v_new is not null then
    perform accounting.write_documents(tg_argv[0], v_new);
  end if;
  if v_void is not null then
    perform accounting.write_voids(tg_argv[0], v_void);
  end if;
  return null;
end $$;
