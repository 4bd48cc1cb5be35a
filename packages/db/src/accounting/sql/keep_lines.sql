-- The lines of a document change only while it is a draft. This is checked once per statement. The document is locked
-- and written while it gains, changes or loses lines: under no isolation level is it issued meanwhile with a total that
-- is not theirs. A draft that this transaction made needs neither, as nobody else can change it.
-- Argument of the trigger: `invoice` or `bill`. Each has a branch of its own, because PL/pgSQL keeps the plan of a
-- branch but plans dynamic SQL at every call.
-- @execute authenticated, platform
create function accounting.keep_lines() returns trigger
  language plpgsql
as $$
declare
  v_of_invoices constant boolean := tg_argv[0] = 'invoice';
  v_tenants uuid[];
  v_ids uuid[];
  v_frozen boolean;
  v_locked int;
begin
  if v_of_invoices and tg_op = 'UPDATE' then
    select array_agg(t.tenant_id), array_agg(t.id) into v_tenants, v_ids
    from (select w.tenant_id, w.invoice_id as id from written w union select o.tenant_id, o.invoice_id from overwritten o) t;
  elsif v_of_invoices then
    select array_agg(t.tenant_id), array_agg(t.id) into v_tenants, v_ids
    from (select distinct w.tenant_id, w.invoice_id as id from written w) t;
  elsif tg_op = 'UPDATE' then
    select array_agg(t.tenant_id), array_agg(t.id) into v_tenants, v_ids
    from (select w.tenant_id, w.bill_id as id from written w union select o.tenant_id, o.bill_id from overwritten o) t;
  else
    select array_agg(t.tenant_id), array_agg(t.id) into v_tenants, v_ids
    from (select distinct w.tenant_id, w.bill_id as id from written w) t;
  end if;

  -- Each document is looked up by its key: the planner cannot reorder LATERAL with a lock, whatever size it expects.
  -- All are locked in one order, so that two writers cannot wait for each other. The status is tested by bool_or,
  -- because the planner would push a WHERE on it below the lock.
  if v_of_invoices then
    select bool_or(locked.status <> 'draft'), count(*) into v_frozen, v_locked
    from (select t.tenant_id, t.id from unnest(v_tenants, v_ids) as t (tenant_id, id) order by 1, 2) touched
    cross join lateral (
      select d.status from accounting.invoices d
      where d.tenant_id = touched.tenant_id and d.id = touched.id
        and (d.status <> 'draft' or d.xmin <> pg_current_xact_id()::xid)
      for no key update
    ) locked;
  else
    select bool_or(locked.status <> 'draft'), count(*) into v_frozen, v_locked
    from (select t.tenant_id, t.id from unnest(v_tenants, v_ids) as t (tenant_id, id) order by 1, 2) touched
    cross join lateral (
      select d.status from accounting.bills d
      where d.tenant_id = touched.tenant_id and d.id = touched.id
        and (d.status <> 'draft' or d.xmin <> pg_current_xact_id()::xid)
      for no key update
    ) locked;
  end if;
  if v_frozen then
    raise exception using errcode = 'ZT003',
      message = format('Lines change while the %s is a draft: void it and make another', tg_argv[0]);
  end if;
  if v_locked = 0 then
    return null;
  end if;
  if v_of_invoices then
    update accounting.invoices d set updated_at = clock_timestamp()
    from unnest(v_tenants, v_ids) as t (tenant_id, id)
    where d.tenant_id = t.tenant_id and d.id = t.id and d.xmin <> pg_current_xact_id()::xid;
  else
    update accounting.bills d set updated_at = clock_timestamp()
    from unnest(v_tenants, v_ids) as t (tenant_id, id)
    where d.tenant_id = t.tenant_id and d.id = t.id and d.xmin <> pg_current_xact_id()::xid;
  end if;
  return null;
end $$;
