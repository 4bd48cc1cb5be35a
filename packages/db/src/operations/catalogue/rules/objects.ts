import { quoteFullName } from "../text";
import type { Catalogue, OwnerInfo, ViewInfo } from "../types";
import { inMigration, type Rule, reachesRuntime, runtimeRole, tenantTablesOf } from "./rule";

const viewsAreInvoker: Rule = (catalogue) =>
  catalogue.views
    .filter((view) => !view.materialized && !view.securityInvoker)
    .map((view) => ({
      object: `view ${view.fullName}`,
      expected: "WITH (security_invoker=true)",
      found:
        view.options.length > 0 ? `WITH (${view.options.join(", ")})` : "a view that reads with its owner's rights",
      fix: inMigration(`ALTER VIEW ${quoteFullName(view.schema, view.name)} SET (security_invoker = true)`),
    }));

const noMaterializedTenantData: Rule = (catalogue) => {
  const tenantTables = new Set(tenantTablesOf(catalogue).map((table) => table.fullName));
  return catalogue.views
    .filter((view) => view.materialized)
    .flatMap((view) => {
      const read = sourcesOf(catalogue, view).filter((name) => tenantTables.has(name));
      if (read.length === 0) return [];
      return [
        {
          object: `view ${view.fullName}`,
          expected: "no materialised view over tenants' tables",
          found: `it keeps rows of ${read.join(", ")} without row level security`,
          fix: inMigration(`DROP MATERIALIZED VIEW ${quoteFullName(view.schema, view.name)}`),
        },
      ];
    });
};

/** Everything a view reads, through other views too. */
function sourcesOf(catalogue: Catalogue, view: ViewInfo): string[] {
  const found = new Set<string>();
  const visit = (names: readonly string[]) => {
    for (const name of names) {
      if (found.has(name)) continue;
      found.add(name);
      visit(catalogue.views.find((other) => other.fullName === name)?.readsFrom ?? []);
    }
  };
  visit(view.readsFrom);
  return [...found].sort();
}

const definersArePinned: Rule = (catalogue) =>
  catalogue.functions
    .filter((candidate) => candidate.securityDefiner)
    .filter(({ searchPath }) => searchPath === undefined || /\$user|\bpublic\b/.test(searchPath))
    .map((found) => ({
      object: `function ${found.fullName}`,
      expected: 'SECURITY DEFINER with SET search_path, without "$user" and public',
      found: found.searchPath === undefined ? "the caller's search_path" : `search_path ${found.searchPath}`,
      fix: inMigration(`ALTER ${found.kind} ${found.fullName} SET search_path = ''`),
    }));

/** A SECURITY DEFINER function has its owner's rights, also with a pinned search_path, so these must be few. */
const definersAreWeak: Rule = (catalogue) =>
  catalogue.surroundings.definers
    .filter(({ grants }) => grants.some(reachesRuntime(catalogue)))
    .flatMap(({ kind, fullName, owner }) => {
      const found = tooStrong(owner);
      if (found.length === 0) return [];
      return [
        {
          object: `function ${fullName}`,
          expected: `SECURITY DEFINER that ${runtimeRole} may execute, with an owner of its own that can neither log in nor bypass row level security, and owns no tables`,
          found: `owned by ${owner.name}, which ${found.join(" and ")}`,
          fix: `${inMigration(`ALTER ${kind} ${fullName} OWNER TO …`)} The owner is a NOLOGIN role that has the rights the function needs and no others, like audit_writer.`,
        },
      ];
    });

function tooStrong(owner: OwnerInfo): string[] {
  if (owner.superuser) return ["is a superuser"];
  return [
    ...(owner.canLogIn ? ["may log in"] : []),
    ...(owner.bypassesRowSecurity ? ["bypasses row level security"] : []),
    ...(owner.ownsTables ? ["owns tables"] : []),
    // The runtime group as owner adds nothing: whoever may call the function has these rights already.
    ...owner.groups.filter((group) => group !== runtimeRole).map((group) => `has the rights of ${group}`),
  ];
}

const noEnums: Rule = (catalogue) =>
  catalogue.enums.map((found) => ({
    object: `enum ${found.fullName}`,
    expected: "text with a CHECK",
    found: `an enum type (${found.values.join(", ")})`,
    fix: "Use choice() for the column: under row level security an index is not used for enum comparisons.",
  }));

export const objectRules = {
  "view-security-invoker": viewsAreInvoker,
  "no-materialized-tenant-data": noMaterializedTenantData,
  "definer-search-path": definersArePinned,
  "definer-owner": definersAreWeak,
  "no-enum-types": noEnums,
} satisfies Record<string, Rule>;
