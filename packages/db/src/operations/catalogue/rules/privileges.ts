import { quoteFullName, quoteName } from "../text";
import type { Catalogue, Grant } from "../types";
import { identitySchema, inMigration, type Rule, runtimeRole } from "./rule";

interface Target {
  /** `<kind> <name>` of the error. */
  readonly object: string;
  /** What stands behind ON in a REVOKE. */
  readonly sql: string;
  readonly schema: string;
  readonly grants: readonly Grant[];
}

/** Everything that privileges can be granted on, with what was granted. */
function targetsOf(catalogue: Catalogue): Target[] {
  const relations = [
    ...catalogue.tables.map((table) => ({ kind: "table", ...table, all: [...table.grants, ...table.columnGrants] })),
    ...catalogue.views.map((view) => ({ kind: "view", ...view, all: view.grants })),
    ...catalogue.sequences.map((sequence) => ({ kind: "sequence", ...sequence, all: sequence.grants })),
  ];
  return [
    ...catalogue.schemas.map(({ name, grants }) => ({
      object: `schema ${name}`,
      sql: `SCHEMA ${quoteName(name)}`,
      schema: name,
      grants,
    })),
    ...relations.map(({ kind, schema, name, fullName, all }) => ({
      object: `${kind} ${fullName}`,
      sql: `${kind === "sequence" ? "SEQUENCE " : ""}${quoteFullName(schema, name)}`,
      schema,
      grants: all,
    })),
    ...catalogue.functions.map(({ kind, fullName, schema, grants }) => ({
      object: `function ${fullName}`,
      sql: `${kind} ${fullName}`,
      schema,
      grants,
    })),
  ];
}

const nothingForPublic: Rule = (catalogue) =>
  targetsOf(catalogue).flatMap(({ object, sql, grants }) => {
    const found = grants.filter((grant) => grant.role === "PUBLIC").flatMap((grant) => grant.privileges);
    if (found.length === 0) return [];
    return [
      {
        object,
        expected: "no privilege for PUBLIC",
        found: `${unique(found)} for PUBLIC`,
        fix: inMigration(`REVOKE ALL ON ${sql} FROM PUBLIC`),
      },
    ];
  });

/** TRUNCATE ignores row level security, REFERENCES and TRIGGER reach other rows, CREATE makes objects, MAINTAIN locks. */
const tooMuch = ["TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN", "CREATE"];

const runtimeIsLimited: Rule = (catalogue) =>
  targetsOf(catalogue).flatMap(({ object, sql, schema, grants }) => {
    const own = grants.filter((grant) => grant.role === runtimeRole);
    const found = own.flatMap((grant) =>
      schema === identitySchema ? grant.privileges : grant.privileges.filter((name) => tooMuch.includes(name)),
    );
    const grantable = own.flatMap((grant) => grant.grantable);
    if (found.length === 0 && grantable.length === 0) return [];
    const expected =
      schema === identitySchema
        ? `no privilege for ${runtimeRole} on ${identitySchema}`
        : `none of ${tooMuch.join(", ")}, none WITH GRANT OPTION`;
    return [
      {
        object,
        expected: `${expected} for ${runtimeRole}`,
        found: found.length > 0 ? unique(found) : `${unique(grantable)} WITH GRANT OPTION`,
        fix: inMigration(
          found.length > 0
            ? `REVOKE ${unique(found)} ON ${sql} FROM ${runtimeRole}`
            : `REVOKE GRANT OPTION FOR ${unique(grantable)} ON ${sql} FROM ${runtimeRole}`,
        ),
      },
    ];
  });

function unique(names: readonly string[]): string {
  return [...new Set(names)].join(", ");
}

export const privilegeRules = {
  "nothing-for-public": nothingForPublic,
  "runtime-privileges": runtimeIsLimited,
} satisfies Record<string, Rule>;
