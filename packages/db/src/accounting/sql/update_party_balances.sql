-- Adds the lines of a batch to the balances of their customers and vendors. Those of one company are written under the
-- lock of its control account, so that two batches cannot wait for each other. Internal: a step of write_entries, whose
-- settings it runs with.
-- @owner ledger_writer
-- @execute none
create function accounting.update_party_balances(
  p_repeated int[], p_line_entry int[], p_customer_id uuid[], p_vendor_id uuid[], p_base_debit numeric[],
  p_base_credit numeric[]
) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  if num_nonnulls(variadic p_customer_id) > 0 then
    update accounting.customers c set balance = tenancy.with_decimals(c.balance + s.amount, scale(s.amount))
    from (select l.customer_id, sum(l.base_debit - l.base_credit) as amount
          from unnest(p_line_entry, p_customer_id, p_base_debit, p_base_credit) as l
            (entry_position, customer_id, base_debit, base_credit)
          where l.customer_id is not null and l.entry_position <> all (p_repeated) group by 1) s
    where c.tenant_id = v_tenant and c.id = s.customer_id and s.amount <> 0;
  end if;
  if num_nonnulls(variadic p_vendor_id) > 0 then
    update accounting.vendors v set balance = tenancy.with_decimals(v.balance + s.amount, scale(s.amount))
    from (select l.vendor_id, sum(l.base_credit - l.base_debit) as amount
          from unnest(p_line_entry, p_vendor_id, p_base_debit, p_base_credit) as l
            (entry_position, vendor_id, base_debit, base_credit)
          where l.vendor_id is not null and l.entry_position <> all (p_repeated) group by 1) s
    where v.tenant_id = v_tenant and v.id = s.vendor_id and s.amount <> 0;
  end if;
end $$;
