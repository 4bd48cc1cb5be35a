/** A trigger that code computes from what a table or a state machine declares; `db:generate` writes it into the migration. */
export interface ComputedTrigger {
  /** `schema.table.name`. */
  name: string;
  /** `create trigger …`, without a semicolon. */
  text: string;
}

/** A literal of SQL. */
export const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/**
 * SQL over `old` and `new`: one of the columns changes. It is one flat list of alternatives. PostgreSQL makes nested ones of
 * two rows, and those read otherwise once they were dumped and restored.
 */
export const changes = (columns: readonly string[]): string =>
  columns.map((column) => `new.${column} is distinct from old.${column}`).join("\n    or ");
