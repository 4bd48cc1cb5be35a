export { compareSchema } from "./compare";
export { type ObjectName, readNames } from "./names";
export { type ScanOrphansOptions, scanOrphans } from "./orphans";
export { proveSchema, ruleNames, schemaWarnings } from "./prove";
export { readCatalogue, readSchemaText } from "./read";
export { parseSchema, renderSchema } from "./render";
export type { Catalogue, SchemaError } from "./types";
export { type SchemaValidation, type ValidateSchemaOptions, validateSchema } from "./validate-schema";
