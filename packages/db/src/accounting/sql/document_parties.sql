-- The seller and the buyer of an invoice (source `invoice`) or bill (`bill`) as they are now: the company, and its customer
-- or vendor. Keys are those that TypeScript reads. Internal: a step of value_document, whose settings it runs with.
-- @execute ledger_writer
create function accounting.document_parties(
  p_source text, p_tenant_id uuid, p_company_id uuid, p_party_id uuid, out seller jsonb, out buyer jsonb
)
  language plpgsql
as $$
begin
  select jsonb_build_object('name', c.name, 'taxId', c.tax_id, 'email', c.email, 'phone', c.phone, 'address', c.address,
      'city', null, 'state', null, 'postalCode', null, 'country', null)
  into seller
  from tenancy.companies c where c.tenant_id = p_tenant_id and c.id = p_company_id;
  if p_source = 'invoice' then
    select jsonb_build_object('name', c.name, 'taxId', c.tax_id, 'email', c.email, 'phone', c.phone, 'address', c.address,
        'city', c.city, 'state', c.state, 'postalCode', c.postal_code, 'country', c.country)
    into buyer
    from accounting.customers c where c.tenant_id = p_tenant_id and c.id = p_party_id;
    return;
  end if;
  buyer := seller;
  select jsonb_build_object('name', v.name, 'taxId', v.tax_id, 'email', v.email, 'phone', v.phone, 'address', v.address,
      'city', v.city, 'state', v.state, 'postalCode', v.postal_code, 'country', v.country)
  into seller
  from accounting.vendors v where v.tenant_id = p_tenant_id and v.id = p_party_id;
end $$;
