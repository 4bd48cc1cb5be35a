import { statementsWith } from "../core/statement";
import { tenancyRelations } from "./relations";

export const { statement, sqlStatement } = statementsWith(tenancyRelations);
