-- True when two series could give the same number: one prefix is the other, or the other with digits behind it.
-- `{year}` stands for any year.
-- @owner number_writer
-- @execute none
create function accounting.prefixes_meet(p_one text, p_other text) returns boolean
  language sql immutable parallel safe
as $$
  select bool_or(replace(p.other, '{year}', '2000') ~ ('^' || replace(
      regexp_replace(p.one, '([].^$*+?(){}|\\[])', '\\\1', 'g'), '\{year\}', '[0-9]{4}') || '[0-9]*$'))
  from (values (p_one, p_other), (p_other, p_one)) p (one, other)
$$;
