import { quoteName } from "../text";
import { inMigration, type Rule, reachesApplications } from "./rule";

const nothingAdded: Rule = ({ surroundings: { additions } }) =>
  additions.map(({ object, found, drop }) => ({
    object,
    expected: "nothing but what the migrations make: it changes how statements of every session run",
    found,
    fix: inMigration(drop),
  }));

const oneOwner: Rule = ({ surroundings: { foreignOwners } }) =>
  foreignOwners.map(({ object, owner, expected, statement }) => ({
    object,
    expected: `owned by ${expected}, as its schema: an owner may do everything with it`,
    found: `owned by ${owner}`,
    fix: inMigration(statement),
  }));

const noDefaultPrivileges: Rule = ({ surroundings: { defaultPrivileges } }) =>
  defaultPrivileges.flatMap(({ schema, maker, kind, grants }) =>
    grants.map(({ role, privileges }) => {
      const where = schema === undefined ? "" : ` IN SCHEMA ${quoteName(schema)}`;
      const to = role === "PUBLIC" ? role : quoteName(role);
      return {
        object: `default privileges of ${maker}${schema === undefined ? "" : ` in schema ${schema}`}`,
        expected: "rights that a migration gives to each object, none that new objects get by themselves",
        found: `${privileges.join(", ")} on ${kind} for ${role}`,
        fix: inMigration(
          `ALTER DEFAULT PRIVILEGES FOR ROLE ${quoteName(maker)}${where} REVOKE ${privileges.join(", ")} ON ${kind} FROM ${to}`,
        ),
      };
    }),
  );

/** An object in a schema that is searched can stand in front of what a statement means; a foreign server leads elsewhere. */
const nothingIsMade: Rule = (catalogue) => {
  const reaches = reachesApplications(catalogue);
  return catalogue.surroundings.makers.flatMap(({ kind, name, grants }) =>
    grants.filter(reaches).flatMap(({ role, privileges }) => {
      const found = privileges.filter((privilege) => kind !== "schema" || privilege === "CREATE");
      if (found.length === 0) return [];
      return [
        {
          object: `${kind} ${name}`,
          expected:
            kind === "schema" ? "no CREATE for logins of applications" : "no privilege for logins of applications",
          found: `${found.join(", ")} for ${role}`,
          fix: `Run \`REVOKE ${found.join(", ")} ON ${kind.toUpperCase()} ${quoteName(name)} FROM ${role === "PUBLIC" ? role : quoteName(role)}\` as its owner.`,
        },
      ];
    }),
  );
};

const foreignKeysCheck: Rule = ({ surroundings: { silenced } }) =>
  silenced.map(({ schema, table, constraints, on }) => ({
    object: `table ${schema}.${table}`,
    expected: "foreign keys that check every write",
    found: `triggers that do not fire as they were made, of ${constraints.join(", ")}`,
    fix: `Run \`${on.map((name) => `ALTER TABLE ${name} ENABLE TRIGGER ALL`).join("; ")}\` as a superuser.`,
  }));

export const additionRules = {
  "no-additions": nothingAdded,
  "one-owner": oneOwner,
  "no-default-privileges": noDefaultPrivileges,
  "nothing-made": nothingIsMade,
  "foreign-keys-check": foreignKeysCheck,
} satisfies Record<string, Rule>;

/** Legitimate where somebody wants it: who runs the server should know of it. */
const companyIsKnown: Rule = ({ surroundings: { company } }) =>
  company.map(({ object, found }) => ({
    object,
    expected: "known to whoever runs the server",
    found,
    fix: "Nothing, if you want it: policies and this proof do not reach into it.",
  }));

export const companyWarnings = { "known-company": companyIsKnown } satisfies Record<string, Rule>;
