/*
 * A default that somebody gave a role or the database changes what its sessions do. These alone change neither what a
 * statement reads, writes or answers, nor whether what is committed stays: limits, logging, planning, resources, words, and
 * what each connection of the package sets itself. Every other one is told, those that a later version of the server brings too.
 */
const harmless = [
  /^(statement|lock|transaction|idle_session|idle_in_transaction_session|deadlock|client_connection_check|tcp_user)_(timeout|interval)$/,
  /^tcp_keepalives_/,
  /^(log|debug|trace|track|auto_explain|pg_stat_statements)[_.]/,
  /^(application_name|client_min_messages|datestyle|timezone|lc_messages)$/,
  /^(enable|jit|geqo|parallel|cpu|vacuum|min_parallel|max_parallel|hash_mem|maintenance|effective|random_page|seq_page)(_|$)/,
  /^(work_mem|temp_buffers|logical_decoding_work_mem|temp_file_limit|plan_cache_mode|default_statistics_target)$/,
  /^(constraint_exclusion|cursor_tuple_fraction|recursive_worktable_factor|from_collapse_limit|join_collapse_limit)$/,
  /^(backend_flush_after|io_combine_limit|wal_compression|commit_delay|commit_siblings|compute_query_id|stats_fetch_consistency)$/,
];

export const isHarmless = (setting: string): boolean => harmless.some((known) => known.test(setting.toLowerCase()));

/** Settings of which another value than PostgreSQL's own changes what every session reads, writes or understands. */
export const settingsThatMatter = [
  "allow_system_table_mods",
  "array_nulls",
  "backslash_quote",
  "default_transaction_deferrable",
  "default_transaction_isolation",
  "default_transaction_read_only",
  "ignore_checksum_failure",
  "ignore_system_indexes",
  "lo_compat_privileges",
  "plpgsql.variable_conflict",
  "row_security",
  "session_replication_role",
  "standard_conforming_strings",
  "transform_null_equals",
  "zero_damaged_pages",
];
