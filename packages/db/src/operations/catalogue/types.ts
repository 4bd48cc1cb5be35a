/** What the package's schemas hold in one database, sorted, without owner names: all that `schema.sql` shows. */
export interface Definitions {
  readonly schemas: SchemaInfo[];
  readonly tables: TableInfo[];
  readonly views: ViewInfo[];
  readonly sequences: SequenceInfo[];
  readonly functions: FunctionInfo[];
  readonly enums: EnumInfo[];
}

/** What the catalogue of one database says about the package's schemas, and about what reaches them from outside. */
export interface Catalogue extends Definitions {
  readonly surroundings: SurroundingsInfo;
}

/** Rights of one role on one object; the owner's own are left out. `PUBLIC` is everybody. */
export interface Grant {
  readonly role: string;
  readonly privileges: string[];
  /** Those of `privileges` that the role may pass on. */
  readonly grantable: string[];
}

export interface ColumnGrant extends Grant {
  readonly column: string;
}

export interface SchemaInfo {
  readonly name: string;
  readonly grants: Grant[];
}

export interface ColumnInfo {
  readonly name: string;
  readonly type: string;
  readonly isNumeric: boolean;
  readonly collation: string | undefined;
  readonly notNull: boolean;
  readonly default: string | undefined;
  readonly generated: string | undefined;
  readonly identity: "ALWAYS" | "BY DEFAULT" | undefined;
}

export type ConstraintKind = "primary key" | "unique" | "foreign key" | "check" | "exclusion";
export type ForeignKeyAction = "NO ACTION" | "RESTRICT" | "CASCADE" | "SET NULL" | "SET DEFAULT";

export interface ConstraintInfo {
  readonly name: string;
  readonly kind: ConstraintKind;
  readonly definition: string;
  readonly columns: string[];
  readonly deferrable: boolean;
  readonly references: ReferenceInfo | undefined;
}

export interface ReferenceInfo {
  /** `schema.table` */
  readonly table: string;
  readonly columns: string[];
  readonly onDelete: ForeignKeyAction;
  readonly onUpdate: ForeignKeyAction;
}

export interface IndexInfo {
  readonly name: string;
  readonly definition: string;
  readonly valid: boolean;
  readonly unique: boolean;
  /** Key columns in order; undefined for an expression. INCLUDE columns are not keys. */
  readonly columns: (string | undefined)[];
  readonly predicate: string | undefined;
  /** True for the index of a primary key, unique or exclusion constraint. */
  readonly ofConstraint: boolean;
  readonly primary: boolean;
}

export type PolicyCommand = "ALL" | "SELECT" | "INSERT" | "UPDATE" | "DELETE";

export interface PolicyInfo {
  readonly name: string;
  readonly permissive: boolean;
  readonly command: PolicyCommand;
  readonly roles: string[];
  readonly using: string | undefined;
  readonly withCheck: string | undefined;
}

export interface TriggerInfo {
  readonly name: string;
  readonly definition: string;
  readonly state: "ENABLE" | "DISABLE" | "ENABLE REPLICA" | "ENABLE ALWAYS";
  /** Fires before each updated row, whichever columns change. */
  readonly beforeEachUpdate: boolean;
  readonly functionSource: string;
}

export interface TableInfo {
  readonly schema: string;
  readonly name: string;
  /** `schema.name` */
  readonly fullName: string;
  readonly unlogged: boolean;
  readonly options: string[];
  /** `PARTITION BY …`, or undefined. */
  readonly partitionKey: string | undefined;
  /** `PARTITION OF parent FOR VALUES …`, or undefined. */
  readonly partitionOf: string | undefined;
  readonly rowSecurity: boolean;
  readonly forceRowSecurity: boolean;
  /** What logical replication tells of a changed or deleted row: the primary key, all columns, another index, nothing. */
  readonly replicaIdentity: "DEFAULT" | "FULL" | "INDEX" | "NOTHING";
  readonly columns: ColumnInfo[];
  readonly constraints: ConstraintInfo[];
  readonly indexes: IndexInfo[];
  readonly policies: PolicyInfo[];
  readonly triggers: TriggerInfo[];
  readonly grants: Grant[];
  readonly columnGrants: ColumnGrant[];
}

export interface ViewInfo {
  readonly schema: string;
  readonly name: string;
  readonly fullName: string;
  readonly materialized: boolean;
  readonly options: string[];
  readonly securityInvoker: boolean;
  readonly definition: string;
  /** `schema.name` of the relations the view reads directly. */
  readonly readsFrom: string[];
  readonly grants: Grant[];
}

export interface SequenceInfo {
  readonly schema: string;
  readonly name: string;
  readonly fullName: string;
  readonly definition: string;
  readonly grants: Grant[];
}

export interface FunctionInfo {
  readonly schema: string;
  /** `schema.name(argument types)` */
  readonly fullName: string;
  readonly kind: "FUNCTION" | "PROCEDURE";
  readonly definition: string;
  readonly securityDefiner: boolean;
  /** The pinned search_path, or undefined. */
  readonly searchPath: string | undefined;
  /** Only where it is not the owner of the schema, which is the migrations' owner. */
  readonly owner: string | undefined;
  readonly grants: Grant[];
}

/** Objects outside the schemas that reach their rows. They differ between servers, so schema.sql leaves them out. */
export interface SurroundingsInfo {
  readonly database: DatabaseInfo;
  /** Server parameters on which rights were granted. */
  readonly parameters: ParameterInfo[];
  readonly largeObjects: LargeObjectsInfo;
  /** Relations of other schemas that hold tenants' rows, or show rows of the package's schemas. */
  readonly relations: OtherRelationInfo[];
  /** SECURITY DEFINER functions of all schemas. */
  readonly definers: DefinerInfo[];
  readonly sessions: SessionsInfo;
  readonly additions: AdditionInfo[];
  readonly foreignOwners: OwnedInfo[];
  readonly defaultPrivileges: DefaultPrivilegeInfo[];
  readonly makers: MakerInfo[];
  readonly silenced: SilencedInfo[];
  /** What belongs to whoever runs the server, and is told as a warning. */
  readonly company: { readonly object: string; readonly found: string }[];
}

/** Who the sessions of applications are, and the defaults that change them. */
export interface SessionsInfo {
  /** The runtime group and its members. */
  readonly runtime: string[];
  /** The groups of all logins, and their members. */
  readonly applications: string[];
  /** The groups, the roles that own functions, and the logins that are asked about. */
  readonly roles: RoleInfo[];
  readonly settings: SettingInfo[];
}

export interface RoleInfo {
  readonly name: string;
  readonly kind: "group" | "writer" | "login";
  /** As ALTER ROLE writes them. */
  readonly attributes: string[];
  readonly memberOf: { readonly role: string; readonly admin: boolean }[];
}

export interface SettingInfo {
  readonly name: string;
  readonly value: string;
  /** Undefined for every role. */
  readonly role: string | undefined;
  /** True for this database alone, false for every one; undefined for the server's own configuration. */
  readonly ofDatabase: boolean | undefined;
}

/** An object that no migration of the package makes. */
export interface AdditionInfo {
  readonly object: string;
  readonly found: string;
  /** The statement that removes it. */
  readonly drop: string;
}

export interface OwnedInfo {
  readonly object: string;
  readonly owner: string;
  /** The owner of the schema. */
  readonly expected: string;
  readonly statement: string;
}

export interface DefaultPrivilegeInfo {
  /** Undefined for every schema. */
  readonly schema: string | undefined;
  /** The role whose new objects get them. */
  readonly maker: string;
  /** As ALTER DEFAULT PRIVILEGES writes it: TABLES. */
  readonly kind: string;
  readonly grants: Grant[];
}

export interface MakerInfo {
  readonly kind: "schema" | "foreign server" | "foreign data wrapper";
  readonly name: string;
  readonly grants: Grant[];
}

export interface SilencedInfo {
  readonly schema: string;
  readonly table: string;
  /** Foreign keys that do not check. */
  readonly constraints: string[];
  /** The tables whose triggers do not fire, as SQL writes them. */
  readonly on: string[];
}

export interface DatabaseInfo {
  readonly name: string;
  readonly grants: Grant[];
}

export interface ParameterInfo {
  readonly name: string;
  readonly grants: Grant[];
}

/** The server's functions that make, read and change large objects. */
export interface LargeObjectsInfo {
  /** True when the owner of the schemas, who runs the migrations, may revoke the rights on the functions. */
  readonly revocable: boolean;
  readonly functions: { readonly fullName: string; readonly grants: Grant[] }[];
}

export interface OtherRelationInfo {
  readonly kind: "table" | "view" | "materialized view";
  readonly schema: string;
  readonly name: string;
  readonly fullName: string;
  readonly securityInvoker: boolean;
  /** Those of the columns that name a tenant, or a company or business of one. */
  readonly tenantColumns: string[];
  /** On the relation or on columns of it. */
  readonly grants: Grant[];
}

export interface DefinerInfo {
  readonly kind: "FUNCTION" | "PROCEDURE";
  /** `schema.name(argument types)` */
  readonly fullName: string;
  readonly owner: OwnerInfo;
  readonly grants: Grant[];
}

export interface OwnerInfo {
  readonly name: string;
  readonly superuser: boolean;
  readonly bypassesRowSecurity: boolean;
  readonly canLogIn: boolean;
  /** Owns a table, or has the rights of a role that does. */
  readonly ownsTables: boolean;
  /** Those of the roles that logins are members of whose rights it has. */
  readonly groups: string[];
}

export interface EnumInfo {
  readonly fullName: string;
  readonly values: string[];
}

/** A difference or a broken rule: what it is about, what should be, what is, and what to do. */
export interface SchemaError {
  /** `<kind> <name>`, e.g. `policy accounting.invoices.tenant_isolation`. */
  readonly object: string;
  readonly expected: string;
  readonly found: string;
  /** A sentence with the command that puts it right. */
  readonly fix: string;
  /** `drift`, `orphans`, or the name of the rule of `proveSchema`. */
  readonly rule: string;
}
