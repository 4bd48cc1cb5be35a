/** A function, view or trigger as a file says it; its text is the only place where the object is defined. */
export interface Source {
  readonly kind: "function" | "view" | "trigger";
  /** `schema.name`; of a trigger `schema.table.name`. */
  readonly name: string;
  /** Where it was read, for messages: `accounting/sql/refuse.sql`, or what computed it. */
  readonly file: string;
  /** One statement that makes the object or replaces it, without a semicolon at its end. */
  readonly text: string;
  /** The role that owns the function and whose rights it has where it is SECURITY DEFINER; undefined for the migrating owner. */
  readonly owner: string | undefined;
  /** The roles that may execute the function, or select from the view. PUBLIC never may. */
  readonly roles: readonly string[];
}

/** What a domain's `sql` folder holds besides objects: statements that may run again and again. */
export interface DomainStatements {
  /** The name of the domain's folder. */
  readonly domain: string;
  /** Schemas of the domain. */
  readonly schemas: readonly string[];
  /** `foundation.sql`: schemas, group roles of logins, and what must be there before anything else. */
  readonly foundation: readonly string[];
  /** `roles.sql`: roles that own functions, made by `tenancy.make_writer_role` before any table. */
  readonly roles: readonly string[];
  /** `rights.sql`: rights on tables that `protect_table` does not give. */
  readonly rights: readonly string[];
}

/** All SQL of the package that is no table. */
export interface Sources {
  /** In an order in which they can be made: whatever a text names comes before it, triggers and views last. */
  readonly objects: readonly Source[];
  /** In the order in which domains build on each other. */
  readonly domains: readonly DomainStatements[];
}

/** A domain's folder of SQL. */
export interface SourceFolder {
  readonly domain: string;
  /** The PostgreSQL schemas that its objects may be in. */
  readonly schemas: readonly string[];
  /** Path of the `sql` folder; it may be missing. */
  readonly path: string;
}
