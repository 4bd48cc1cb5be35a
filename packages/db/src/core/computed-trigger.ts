/** A trigger that code computes from what a table or a state machine declares; `db:generate` writes it into the migration. */
export interface ComputedTrigger {
  /** `schema.table.name`. */
  name: string;
  /** `create trigger …`, without a semicolon. */
  text: string;
}

/** A literal of SQL. */
export const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
