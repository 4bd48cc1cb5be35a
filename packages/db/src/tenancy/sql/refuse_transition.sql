-- Refuses a change of a record's state that its state machine does not have. Arguments: the column, and the sentences by
-- `from to` as JSON, in which `*` stands for every state. The most exact sentence counts.
-- @execute authenticated, platform
create function tenancy.refuse_transition() returns trigger
  language plpgsql
as $$
declare
  v_from constant text := to_jsonb(old) ->> tg_argv[0];
  v_to constant text := to_jsonb(new) ->> tg_argv[0];
  v_sentences constant jsonb := tg_argv[1];
  v_sentence constant text := coalesce(
    v_sentences ->> format('%s %s', v_from, v_to), v_sentences ->> format('%s *', v_from),
    v_sentences ->> format('* %s', v_to), v_sentences ->> '* *', 'It does not go from {from} to {to}');
begin
  raise exception using errcode = 'ZT003', message = replace(replace(v_sentence, '{from}', v_from), '{to}', v_to);
end $$;
