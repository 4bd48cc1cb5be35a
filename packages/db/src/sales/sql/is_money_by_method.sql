-- Whether it is money by method, {"efectivo": "10.00", …}: methods that there are, amounts of 0 or more with two decimals.
-- @execute authenticated, platform
create function sales.is_money_by_method(p_money jsonb) returns boolean
  language sql immutable
  return not exists (
    select from jsonb_each_text(p_money) as h (payment_method, amount)
    where h.payment_method not in ('efectivo', 'yape', 'plin', 'transferencia')
      or (h.amount::numeric >= 0 and h.amount::numeric <= 9999999999.99 and h.amount::numeric = round(h.amount::numeric, 2)) is not true);
