-- Before any table of sales: its schema. Every statement may run again and again.
create schema if not exists sales;

grant usage on schema sales to authenticated, platform;
