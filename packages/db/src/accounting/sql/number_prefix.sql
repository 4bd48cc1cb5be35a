-- A series' prefix as it is stored: what was given, or else INV- for invoices and CN- for credit notes, with the year
-- where the series is that of a year. The one place that knows these two. `{year}` stands for the year, which a series
-- for all years (`''`) has not got.
-- @owner number_writer
-- @execute none
create function accounting.number_prefix(p_prefix text, p_kind text, p_year text) returns text
  language sql immutable parallel safe
  return case when p_year = '' then coalesce(p_prefix, case p_kind when 'invoice' then 'INV-' else 'CN-' end)
    else replace(coalesce(p_prefix, case p_kind when 'invoice' then 'INV-' else 'CN-' end || '{year}-'), '{year}', p_year) end;
