-- Says why a sale could not be written: how it is paid, or what of it another sale has. Internal: a step of write_sales.
-- @owner sales_writer
-- @execute none
create function sales.refuse_sale(
  p_label text, p_business_id uuid, p_id uuid, p_client_id uuid, p_order_id uuid, p_sale_type text, p_amount_paid numeric,
  p_total numeric
) returns void
  language plpgsql
as $$
declare
  v_problem constant text := case
    when p_sale_type not in ('contado', 'credito') then 'saleType: it is contado or credito'
    when p_sale_type = 'contado' and p_amount_paid <> p_total
      then 'amountPaid: a cash sale is paid in full, with its total: change is given back before, or sell on credit'
    when p_sale_type = 'credito' and p_client_id is null then 'clientId: a sale on credit needs a customer'
    when p_amount_paid < 0 or scale(p_amount_paid) > 2 then 'amountPaid: use an amount of 0 or more with at most two decimals'
    when p_amount_paid > p_total
      then 'amountPaid: it is more than the total: record what is paid beyond as an abono'
  end;
begin
  if v_problem is not null then
    raise exception using errcode = 'ZT002', message = p_label || v_problem;
  end if;
  if exists (select from sales.sales s where s.tenant_id = tenancy.current_tenant_id() and s.id = p_id) then
    raise exception using errcode = 'unique_violation', message = 'The id is taken', schema = 'sales', table = 'sales',
      constraint = 'sales_pkey';
  end if;
  if exists (select from sales.sales s where s.tenant_id = tenancy.current_tenant_id() and s.business_id = p_business_id
             and s.order_id = p_order_id and s.status <> 'void') then
    raise exception using errcode = 'ZT003', message = p_label || 'orderId: the order is delivered by another sale';
  end if;
  raise exception using errcode = 'ZT003', message = p_label || 'The sale is corrected already: correct the one that replaces it';
end $$;
