-- A payment stays as it was recorded: it is voided once, and only the ledger sets what is allocated of it.
-- @execute authenticated, platform
create function accounting.freeze_payment() returns trigger
  language plpgsql
as $$
declare
  v_free constant text[] := case current_user when 'ledger_writer'
    then '{allocated_amount,allocated_base_amount,updated_at}' else '{voided_on,updated_at}' end;
begin
  if to_jsonb(new) - v_free <> to_jsonb(old) - v_free then
    raise exception using errcode = 'ZT003', message = 'A payment cannot be changed: void it and record another';
  end if;
  if new.voided_on is not distinct from old.voided_on then
    return new;
  end if;
  if old.voided_on is not null then
    raise exception using errcode = 'ZT003', message = 'The payment is void already';
  end if;
  if new.voided_on < new.payment_date then
    raise exception using errcode = 'ZT003',
      message = 'A payment is not voided before its own date: choose that date or a later one';
  end if;
  return new;
end $$;
