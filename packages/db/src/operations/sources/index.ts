export { clearingObstacles } from "./clear";
export { type ComposedMigration, type ComposeOptions, composeMigration } from "./compose";
export { differentBlocks, readBlocks, readObjects } from "./database";
export { type Made, type MakeOptions, makeAll } from "./make";
export { readSources } from "./read";
export { type ProtectedTable, protectTriggers } from "./statements";
export type { DomainStatements, Source, SourceFolder, Sources } from "./types";
