-- An issued invoice and an approved bill are legal documents. They stay as they are, whoever writes, except that their
-- status moves forward and that the ledger sets what is paid. Arguments of the trigger: what the document is called,
-- and its first status after draft.
-- @execute authenticated, platform
create function accounting.freeze_document() returns trigger
  language plpgsql
as $$
declare
  v_name constant text := tg_argv[0];
  v_valid constant text := tg_argv[1];
  v_by_ledger constant boolean := current_user = 'ledger_writer';
  v_movable text[] := '{status,updated_at,voided_on}';
  v_date date;
begin
  if tg_op = 'INSERT' then
    raise exception using errcode = 'ZT003',
      message = format('A new %s is an unpaid draft: insert it as one, then make it %s', v_name, v_valid);
  end if;
  if old.status = 'draft' then
    if tg_op = 'DELETE' then
      return old;
    end if;
    -- The triggers below find the row before and after by its key.
    if new.tenant_id <> old.tenant_id or new.id <> old.id then
      raise exception using errcode = 'ZT003',
        message = format('The id of the %s stays: delete the draft and create another', v_name);
    elsif new.paid_amount <> 0 or new.paid_base_amount <> 0 then
      raise exception using errcode = 'ZT003', message = format('A draft is not paid: make the %s %s first', v_name, v_valid);
    elsif new.status = 'void' then
      raise exception using errcode = 'ZT003', message = 'A draft is not voided: delete it';
    elsif new.status not in ('draft', v_valid) then
      raise exception using errcode = 'ZT003', message = format('The %s is a draft: make it %s first', v_name, v_valid);
    end if;
    return new;
  end if;

  if tg_op = 'DELETE' then
    raise exception using errcode = 'ZT003', message = format('This %s is no draft and cannot be deleted: void it', v_name);
  end if;
  if v_by_ledger then
    v_movable := v_movable || '{paid_amount,paid_base_amount}'::text[];
  end if;
  if to_jsonb(new) - v_movable <> to_jsonb(old) - v_movable then
    raise exception using errcode = 'ZT003',
      message = format('This %s is no draft and cannot be changed: void it and make another', v_name);
  end if;
  if new.status = 'void' and old.status <> 'void' then
    if old.status <> v_valid or old.paid_amount <> 0 then
      raise exception using errcode = 'ZT003',
        message = format('This %s is settled, in part or whole: take that back first, then void it', v_name);
    end if;
    if tg_table_name = 'invoices' then
      v_date := new.invoice_date;
    else
      v_date := new.bill_date;
    end if;
    new.voided_on := coalesce(new.voided_on, greatest(current_date, v_date));
    if new.voided_on < v_date then
      raise exception using errcode = 'ZT003',
        message = format('The %s is not voided before its own date: choose that date or a later one', v_name);
    end if;
    return new;
  end if;
  if new.voided_on is distinct from old.voided_on then
    raise exception using errcode = 'ZT003',
      message = format('The date of the void comes with the void of the %s, and stays', v_name);
  end if;
  if new.status <> old.status
    and not (v_by_ledger and array[new.status, old.status] <@ array[v_valid, 'partly_paid', 'paid'])
    and not (new.status = 'paid' and old.status in (v_valid, 'partly_paid') and new.kind <> 'credit_note') then
    raise exception using errcode = 'ZT003',
      message = case when new.kind = 'credit_note' and new.status = 'paid'
        then 'A credit note is not paid: allocate it'
        else format('This %s does not go from %s to %s', v_name, old.status, new.status) end;
  end if;
  return new;
end $$;
