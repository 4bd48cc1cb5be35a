import { groupOf } from "../../../client/login-check";
import { quoteFullName, quoteName } from "../text";
import type { Grant, OtherRelationInfo } from "../types";
import { inMigration, type Rule, reachesApplications, reachesRuntime, runtimeRole } from "./rule";

const roles = `${runtimeRole} and PUBLIC`;

/** TEMPORARY makes tables that shadow names and keep rows for the next tenant of a connection; CREATE makes schemas. */
const databaseIsClosed: Rule = (catalogue) => {
  const { database } = catalogue.surroundings;
  return database.grants.filter(reachesApplications(catalogue)).flatMap(({ role, privileges, grantable }) => {
    const found = role === "PUBLIC" ? privileges : privileges.filter((name) => name !== "CONNECT");
    const base = {
      object: `database ${database.name}`,
      expected: "no privilege for PUBLIC, and for logins CONNECT alone, by their groups",
    };
    const on = `ON DATABASE ${quoteName(database.name)}`;
    if (found.length > 0) {
      const needed = `GRANT CONNECT ${on} TO ${Object.values(groupOf).join(", ")}; `;
      const statements = `${found.includes("CONNECT") ? needed : ""}REVOKE ${found.join(", ")} ${on} FROM ${role}`;
      const fix = `Run \`${statements}\` as the owner of the database${role === "PUBLIC" ? ": a new one is open to PUBLIC, also one to restore into" : ""}.`;
      return [{ ...base, found: `${found.join(", ")} for ${role}`, fix }];
    }
    if (grantable.length === 0) return [];
    const fix = `Run \`REVOKE GRANT OPTION FOR ${grantable.join(", ")} ${on} FROM ${role}\` as the owner of the database.`;
    return [{ ...base, found: `${grantable.join(", ")} WITH GRANT OPTION for ${role}`, fix }];
  });
};

const parametersAreClosed: Rule = (catalogue) =>
  catalogue.surroundings.parameters.flatMap(({ name, grants }) =>
    grants.filter(reachesApplications(catalogue)).map(({ role, privileges }) => ({
      object: `parameter ${name}`,
      expected: `no SET and no ALTER SYSTEM for ${roles}: session_replication_role switches off triggers and foreign keys`,
      found: `${privileges.join(", ")} for ${role}`,
      fix: `Run \`REVOKE ${privileges.join(", ")} ON PARAMETER ${name} FROM ${role}\` as a superuser, once for the server.`,
    })),
  );

/** The rules prove the package's schemas only. Tenants' rows in another schema would be proven by no rule. */
const rowsStayInside: Rule = (catalogue) =>
  catalogue.surroundings.relations
    .filter((relation) => !relation.securityInvoker)
    .flatMap((relation) => {
      const open = relation.grants.filter(reachesRuntime(catalogue));
      if (open.length === 0) return [];
      const target = `${quoteFullName(relation.schema, relation.name)} FROM ${open.map(({ role }) => role).join(", ")}`;
      return [
        {
          object: `${relation.kind === "table" ? "table" : "view"} ${relation.fullName}`,
          expected: `tenants' rows in the package's schemas alone, where the rules hold; elsewhere no privilege for ${roles}`,
          found: `${open.map(inWords).join("; ")}, on ${contents(relation)}`,
          fix: `Make ${betterAs[relation.kind]}, or close it: ${inMigration(`REVOKE ALL ON ${target}`)}`,
        },
      ];
    });

const betterAs: Record<OtherRelationInfo["kind"], string> = {
  table: "it with tenantTable()",
  view: "it WITH (security_invoker = true)",
  "materialized view": "it a view WITH (security_invoker = true)",
};

function inWords({ role, privileges }: Grant): string {
  return `${privileges.join(", ")} for ${role}`;
}

function contents({ tenantColumns }: OtherRelationInfo): string {
  return tenantColumns.length > 0 ? `rows with ${tenantColumns.join(", ")}` : "rows of the package's tables";
}

export const surroundingRules = {
  "database-privileges": databaseIsClosed,
  "parameter-privileges": parametersAreClosed,
  "tenant-rows-outside": rowsStayInside,
} satisfies Record<string, Rule>;
