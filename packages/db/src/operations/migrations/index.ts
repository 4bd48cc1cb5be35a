export { type Migration, parseMigration, readMigrations } from "./folder";
export {
  type AppliedMigration,
  compareHistory,
  type HistoryComparison,
  type HistoryProblem,
  type MigrationStatus,
  migrationStatus,
  readHistory,
} from "./history";
export { type MigrateOptions, type MigrateResult, type MigrationProgress, migrate, planMigrations } from "./migrate";
