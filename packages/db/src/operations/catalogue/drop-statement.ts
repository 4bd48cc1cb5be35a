import { quoteFullName, quoteName } from "./text";

/** The SQL that removes an object which no migration makes; `object` is `<kind> <name>`. */
export function dropStatement(object: string, definition: string): string {
  const [kind = "", ...rest] = object.split(" ");
  const name = rest.join(" ");
  const [schema = "", relation = "", part = ""] = name.split(".");
  const table = quoteFullName(schema, relation);
  switch (kind) {
    case "schema":
      return `DROP SCHEMA ${quoteName(name)}`;
    case "enum":
      return `DROP TYPE ${name}`;
    case "function":
      return `DROP ROUTINE ${name}`;
    case "sequence":
      return `DROP SEQUENCE ${table}`;
    case "table":
      return `DROP TABLE ${table}`;
    case "view":
      return `DROP ${definition.startsWith("CREATE MATERIALIZED") ? "MATERIALIZED " : ""}VIEW ${table}`;
    case "column":
      return `ALTER TABLE ${table} DROP COLUMN ${quoteName(part)}`;
    case "constraint":
      return `ALTER TABLE ${table} DROP CONSTRAINT ${quoteName(part)}`;
    case "index":
      return `DROP INDEX ${quoteFullName(schema, part)}`;
    case "policy":
      return `DROP POLICY ${quoteName(part)} ON ${table}`;
    case "trigger":
      return `DROP TRIGGER ${quoteName(part)} ON ${table}`;
    case "rls":
      return definition.replaceAll(" ENABLE ROW", " DISABLE ROW").replaceAll(" FORCE ROW", " NO FORCE ROW");
    case "grants":
      return definition
        .split("\n")
        .map((line) => line.replace(/^GRANT /, "REVOKE ").replace(/ TO (\S+?)( WITH GRANT OPTION)?;$/, " FROM $1;"))
        .join(" ");
    default:
      return `DROP ${kind.toUpperCase()} ${name}`;
  }
}
