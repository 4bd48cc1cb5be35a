create or replace trigger guard_number before insert on accounting.invoices
  for each row when (new.status = 'draft' and new.invoice_number is not null)
  execute function tenancy.refuse('ZT003', 'A draft has no number: leave invoice_number out, issuing gives it');
