import type { Settings } from "./cluster";

/** Speed instead of durability: after a crash a test's server is thrown away, never repaired. */
export const carelessSettings: Settings = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  max_connections: 300,
  // What is thrown away needs no past: the log of changes stays small, as it may be kept in memory.
  max_wal_size: "256MB",
};
