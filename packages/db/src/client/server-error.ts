/** The fields of a server error that are safe to keep: names of things, never their contents. */
export interface ServerError {
  code: string;
  message: string;
  schema?: string;
  table?: string;
  column?: string;
  constraint?: string;
  routine?: string;
  /** Characters from the start of the statement, from 1; only of errors that came up while it was read. */
  position?: string;
  hint?: string;
  /** Holds values: only the number of a parameter is read from it. */
  where?: string;
}
