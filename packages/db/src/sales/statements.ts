import { statementsWith } from "../core/statement";
import { salesRelations } from "./relations";

export const { statement, sqlStatement } = statementsWith(salesRelations);
