import type { Made } from "./make";
import type { ProtectedTable } from "./statements";
import { protectTriggers } from "./statements";
import type { DomainStatements, Source, Sources } from "./types";

type Blocks = ReadonlyMap<string, string>;

/** Two readings of a database: as the migrations made it, and as tables, registry and sources want it. */
export interface Difference {
  readonly before: Blocks;
  readonly after: Blocks;
  /** Group roles and their memberships that only the second reading has. */
  readonly newRoles: readonly string[];
  readonly made: Made;
}

/** What a migration must hold; everything else stays as it is. */
export interface Selection {
  readonly functions: readonly Source[];
  readonly triggers: readonly Source[];
  readonly views: readonly Source[];
  readonly tables: readonly ProtectedTable[];
  readonly foundations: readonly DomainStatements[];
  readonly rights: readonly DomainStatements[];
}

/** Selects what differs. Rights are left out: whether they are needed shows when the migration is tried. */
export function selectChanges(
  { before, after, newRoles, made }: Difference,
  sources: Sources,
  registry: readonly ProtectedTable[],
): Selection {
  const differs = (block: string) => before.get(block) !== after.get(block);
  const ofKind = (kind: Source["kind"]) => sources.objects.filter((source) => source.kind === kind);
  const withSource = new Set(ofKind("trigger").map((source) => source.name));
  const tables = registry
    .filter(({ name }) => after.has(`table ${name}`))
    .filter(
      ({ name }) =>
        !before.has(`table ${name}`) ||
        differs(`rls ${name}`) ||
        groupRights(before, name) !== groupRights(after, name) ||
        protectTriggers.some((own) => !withSource.has(`${name}.${own}`) && differs(`trigger ${name}.${own}`)),
    );
  const isProtected = (trigger: string) =>
    tables.some(({ name }) => protectTriggers.some((own) => trigger === `${name}.${own}`));
  return {
    functions: ofKind("function").filter((source) => {
      const signature = made.signatures.get(source);
      return differs(`function ${signature}`) || differs(`grants ${signature}`) || made.remade.has(source);
    }),
    triggers: ofKind("trigger").filter(
      ({ name }) => differs(`trigger ${name}`) || made.dropped.includes(name) || isProtected(name),
    ),
    views: ofKind("view").filter(
      (source) =>
        differs(`view ${source.name}`) ||
        differs(`grants ${source.name}`) ||
        made.dropped.includes(source.name) ||
        made.remade.has(source),
    ),
    tables,
    foundations: sources.domains.filter(
      ({ schemas, foundation, roles }) =>
        schemas.some((schema) => differs(`schema ${schema}`) || differs(`grants ${schema}`)) ||
        newRoles.some((role) => [...foundation, ...roles].some((statement) => statement.includes(role))),
    ),
    rights: [],
  };
}

/** True when there is nothing for a migration to do. */
export const isNothing = (selection: Selection, made: Made): boolean =>
  Object.values(selection).every((part) => part.length === 0) &&
  made.dropped.length === 0 &&
  made.droppedFunctions.length === 0;

/** What `protect_table` gives on a table; other rights come from `rights.sql`. */
function groupRights(blocks: Blocks, table: string): string {
  const lines = (blocks.get(`grants ${table}`) ?? "").split("\n");
  return lines.filter((line) => /^GRANT [A-Z, ]+ ON .* TO (authenticated|platform);$/.test(line)).join("\n");
}
