import { statementsWith } from "../core/statement";
import { accountingRelations } from "./relations";

export const { statement, sqlStatement } = statementsWith(accountingRelations);
