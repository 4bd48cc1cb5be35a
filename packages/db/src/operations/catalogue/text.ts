/** Words that PostgreSQL 16 and later quote and 15 does not. Our texts never quote them. */
const newlyQuoted =
  /"(json|json_array|json_arrayagg|json_exists|json_object|json_objectagg|json_query|json_scalar|json_serialize|json_table|json_value|merge_action|system_user)"/g;

/** Text of a definition as every supported server version prints it: LF line ends, no blank end, same quoting. */
export function normaliseText(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(newlyQuoted, "$1").trimEnd();
}

/** The same, in one line: what stands behind a column name. */
export function oneLine(text: string): string {
  return normaliseText(text).replace(/\s*\n\s*/g, " ");
}

const plainIdentifier = /^[a-z_][a-z0-9_$]*$/;
const reserved = new Set(
  `all analyse analyze and any array as asc asymmetric authorization between both case cast check collate collation
  column concurrently constraint create cross current_catalog current_date current_role current_schema current_time
  current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze from
  full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit
  localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references
  returning right select session_user similar some symmetric table tablesample then to trailing true union unique user
  using variadic verbose when where window with`.split(/\s+/),
);

/** An identifier as SQL needs it; the server's quote_ident differs between versions. */
export function quoteName(name: string): string {
  return plainIdentifier.test(name) && !reserved.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** `schema.name`, each part quoted where needed. */
export function quoteFullName(schema: string, name: string): string {
  return `${quoteName(schema)}.${quoteName(name)}`;
}

/** Order by code units: the same on every machine. */
export function byName<T>(key: (item: T) => string): (left: T, right: T) => number {
  return (left, right) => {
    const a = key(left);
    const b = key(right);
    return a < b ? -1 : a > b ? 1 : 0;
  };
}
