-- The exchange rate that a day takes: the last one set for that day or before, in base currency for one unit of the
-- currency. No row where none is set. The planner inlines it into the query that calls it.
-- @execute authenticated, platform
create function accounting.last_exchange_rate(p_tenant_id uuid, p_company_id uuid, p_currency text, p_date date)
  returns table (rate numeric)
  language sql stable
as $$
  select x.rate from accounting.exchange_rates x
  where x.tenant_id = p_tenant_id and x.company_id = p_company_id and x.currency = p_currency and x.rate_date <= p_date
  order by x.rate_date desc limit 1
$$;
