/*
 * The SQL of all domains, for `pnpm db:generate` and tests: sources are in the checkout only, not in the built package.
 */
import { join } from "node:path";
import type { ComputedTrigger } from "./core/computed-trigger";
import { frozenTrigger } from "./core/frozen";
import { keyTrigger } from "./core/key-trigger";
import { stateTriggers } from "./core/state-triggers";
import { stateMachines } from "./core/states";
import { tenantTables } from "./core/tenant-table";
import { domains } from "./domains";
import { readSources, type Source, type SourceFolder, type Sources } from "./operations/sources";

/** The folders of SQL, in the order in which domains build on each other. `source` is the package's `src`. */
export function sourceFolders(source: string): SourceFolder[] {
  return Object.entries(domains).map(([domain, { schemas }]) => ({
    domain,
    schemas: schemas.map(({ schemaName }) => schemaName),
    path: join(source, domain, "sql"),
  }));
}

/** Functions, views and triggers that are computed from the registries of the domains instead of written into files. */
export function generatedSources(): Source[] {
  const frozen = tenantTables().flatMap(({ name, table, frozen }) =>
    frozen ? [frozenTrigger(name, table, frozen)] : [],
  );
  const keys = tenantTables().flatMap((entry) => keyTrigger(entry) ?? []);
  const states = stateMachines().flatMap(stateTriggers);
  return [
    ...keys.map((trigger) => computed(trigger, "what the table says of its keys")),
    ...frozen.map((trigger) => computed(trigger, "what the table says of its frozen columns")),
    ...states.map((trigger) => computed(trigger, "the state machine")),
  ];
}

function computed({ name, text }: ComputedTrigger, by: string): Source {
  const replacing = text.replace(/^create /, "create or replace ");
  return { kind: "trigger", name, file: `${name}, from ${by}`, text: replacing, owner: undefined, roles: [] };
}

/** Everything that the database consists of besides tables. Throws `ConfigurationError` for a source that breaks a rule. */
export const packageSources = (source: string): Promise<Sources> =>
  readSources(sourceFolders(source), generatedSources());
