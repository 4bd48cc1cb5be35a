-- Keeps which commission of a member was in force on which day. The first rate holds for all days before it, a changed one
-- from the business's today on; of several on one day the last counts.
-- @owner sales_writer
-- @execute authenticated, platform
create function sales.keep_commission_rate() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform tenancy.require_own_scope(new.tenant_id, new.business_id);
  insert into sales.commission_rates as r (tenant_id, business_id, member_id, valid_from, rate)
  values (new.tenant_id, new.business_id, new.id,
    case tg_op when 'INSERT' then date '0001-01-01' else sales.business_day(new.business_id, now()) end,
    coalesce(new.commission_rate, 0))
  on conflict (tenant_id, member_id, business_id, valid_from) do update set rate = excluded.rate;
  return null;
end $$;
