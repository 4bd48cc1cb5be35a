-- Invoices that were issued before there was a ledger are posted now: their company gets books, a customer owes what the
-- entries say, and what was paid is settled by payments of today, as nothing tells when it was paid. The owner is
-- subject to FORCE, so it is lifted meanwhile.
alter table accounting.invoices no force row level security;
--> statement-breakpoint
alter table accounting.customers no force row level security;
--> statement-breakpoint
alter table accounting.accounts no force row level security;
--> statement-breakpoint
alter table accounting.books no force row level security;
--> statement-breakpoint
alter table accounting.customers disable trigger user;
--> statement-breakpoint
alter table accounting.invoices disable trigger user;
--> statement-breakpoint
create table accounting.legacy_paid as
  select i.tenant_id, i.id from accounting.invoices i where i.status = 'paid' and i.total_amount > 0;
--> statement-breakpoint
update accounting.invoices i set status = 'issued' from accounting.legacy_paid p
where p.tenant_id = i.tenant_id and p.id = i.id;
--> statement-breakpoint
update accounting.customers c set balance = 0 where c.balance <> 0;
--> statement-breakpoint
alter table accounting.invoices enable trigger user;
--> statement-breakpoint
alter table accounting.customers enable trigger user;
--> statement-breakpoint
do $$
declare
  v_company record;
begin
  -- The ledger's functions work under the policies of one tenant at a time.
  perform set_config('row_security', 'on', true);
  for v_company in
    select i.tenant_id, i.company_id, max(i.currency) as currency, array_agg(i.id) as invoices,
      array_agg(i.id) filter (where i.status = 'void' and i.total_amount > 0) as voids
    from accounting.invoices i where i.status <> 'draft' group by 1, 2
  loop
    perform set_config('app.current_tenant_id', v_company.tenant_id::text, true);
    -- The default accounts of the standard chart; createStandardChart adds the others.
    insert into accounting.accounts (tenant_id, company_id, code, name, type)
    select v_company.tenant_id, v_company.company_id, c.code, c.name, c.type
    from (values ('1120', 'Bank', 'asset'), ('1200', 'Accounts receivable', 'asset'),
      ('2100', 'Accounts payable', 'liability'), ('4100', 'Sales', 'income'), ('5100', 'Purchases', 'expense'),
      ('7900', 'Exchange differences', 'expense')) as c (code, name, type);
    insert into accounting.books (tenant_id, company_id, base_currency, bank_account_id, receivable_account_id,
      payable_account_id, sales_account_id, purchases_account_id, exchange_account_id)
    select v_company.tenant_id, v_company.company_id, v_company.currency, a.id[1], a.id[2], a.id[3], a.id[4], a.id[5], a.id[6]
    from (select array_agg(a.id order by a.code) as id from accounting.accounts a
          where a.tenant_id = v_company.tenant_id and a.company_id = v_company.company_id) a;
    perform accounting.write_documents('invoice', v_company.invoices);
    if v_company.voids is not null then
      perform accounting.write_voids('invoice', v_company.voids);
    end if;
    update accounting.invoices i set status = 'paid' from accounting.legacy_paid p
    where p.tenant_id = v_company.tenant_id and i.tenant_id = p.tenant_id and i.id = p.id
      and i.company_id = v_company.company_id;
  end loop;
  perform set_config('app.current_tenant_id', '', true);
  perform set_config('row_security', 'off', true);
end $$;
--> statement-breakpoint
drop table accounting.legacy_paid;
--> statement-breakpoint
alter table accounting.invoices force row level security;
--> statement-breakpoint
alter table accounting.customers force row level security;
--> statement-breakpoint
alter table accounting.accounts force row level security;
--> statement-breakpoint
alter table accounting.books force row level security;
--> statement-breakpoint
-- An owner that stayed a member could write the ledger by itself, as ledger_writer. Whoever changes these functions later
-- becomes one again for that migration.
do $$
begin
  if not (select rolsuper from pg_roles where rolname = current_user) then
    revoke ledger_writer from current_user;
  end if;
end $$;
