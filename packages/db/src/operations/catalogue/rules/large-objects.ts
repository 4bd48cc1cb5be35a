import type { Catalogue, Grant } from "../types";
import { type Finding, inMigration, type Rule, reachesRuntime, runtimeRole } from "./rule";

// Everybody may call these functions on a new server. Only the superuser who owns them may change that.
const byDefault = (grant: Grant) => grant.role === "PUBLIC";

const closed: Rule = (catalogue) => {
  const { revocable } = catalogue.surroundings.largeObjects;
  const reaches = reachesRuntime(catalogue);
  return open(catalogue, (grant) => reaches(grant) && (revocable || !byDefault(grant)), inMigration);
};

const openByDefault: Rule = (catalogue) =>
  catalogue.surroundings.largeObjects.revocable
    ? []
    : open(catalogue, byDefault, (statement) => `Ask a superuser to run \`${statement}\` in this database.`);

/** One finding for all functions, because they give the same access. */
function open(
  { surroundings }: Catalogue,
  counts: (grant: Grant) => boolean,
  fix: (statement: string) => string,
): Finding[] {
  const found = surroundings.largeObjects.functions.flatMap(({ fullName, grants }) => {
    const roles = grants.filter(counts).map((grant) => grant.role);
    return roles.length === 0 ? [] : [{ fullName, roles }];
  });
  if (found.length === 0) return [];
  const names = found.map(({ fullName }) => fullName).join(", ");
  const roles = [...new Set(found.flatMap((open) => open.roles))].sort().join(", ");
  return [
    {
      object: "functions of large objects",
      expected: `no EXECUTE for ${runtimeRole} and PUBLIC: large objects know no policies, so that every tenant reads them`,
      found: `EXECUTE on ${names} for ${roles}`,
      fix: fix(`REVOKE EXECUTE ON FUNCTION ${names} FROM ${roles}`),
    },
  ];
}

export const largeObjectRules = { "large-objects": closed } satisfies Record<string, Rule>;

export const largeObjectWarnings = { "large-objects": openByDefault } satisfies Record<string, Rule>;
