-- The length of array parameters that go together. Others are refused: each must have one dimension, be numbered from 1, and
-- be as long as the first, because a function that unnests some and reads others by position would mix them up. Parameters:
-- the names; what array_dims says of each; and of the first ones, which take no NULL, what num_nulls counts. Built-in
-- functions look at the arrays, so that a call costs a few microseconds whatever their length.
-- @execute authenticated, platform
create function tenancy.require_arrays(p_names text[], p_dims text[], p_nulls int[]) returns int
  language plpgsql immutable parallel safe
as $$
declare
  v_position int;
begin
  if p_dims[1] = all (p_dims) and p_dims[1] ~ '^\[1:[0-9]+\]$' and 0 = all (p_nulls) then
    return substr(p_dims[1], 4, length(p_dims[1]) - 4)::int;
  end if;
  for v_position in 1..cardinality(p_names) loop
    if p_dims[v_position] is null or p_dims[v_position] !~ '^\[1:[0-9]+\]$' or p_dims[v_position] <> p_dims[1] then
      raise exception using errcode = 'ZT002', message = format('%s needs one dimension, positions from 1, and as many elements as %s (at least one)',
        p_names[v_position], p_names[1]);
    elsif p_nulls[v_position] > 0 then
      raise exception using errcode = 'ZT002', message = format('%s takes no NULL: give each element a value', p_names[v_position]);
    end if;
  end loop;
end $$;
