-- Before any table of accounting: its schema. Every statement may run again and again.
create schema if not exists accounting;

grant usage on schema accounting to authenticated, platform;
