-- What is wrong with the base amount that a document or payment states; null when nothing is.
-- @execute authenticated, platform
create function accounting.stated_amount_problem(stated numeric, amount numeric, currency text, base_currency text)
  returns text
  language sql immutable parallel safe
  return case
    when stated <> round(stated, tenancy.currency_exponent(base_currency))
      then 'The base amount has more decimals than the base currency of the books has'
    when currency = base_currency and stated <> amount
      then 'What is in the base currency has its own amount as its base amount: leave the base amount out'
    when stated > 0 and amount = 0
      then 'An amount of 0 has a base amount of 0: leave the base amount out'
  end;
