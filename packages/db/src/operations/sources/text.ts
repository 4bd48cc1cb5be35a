import { type Made, ownersOf } from "./make";
import type { Selection } from "./select";
import * as write from "./statements";
import type { Source } from "./types";

/** The statements of a migration, in the order in which they can run. */
export function statementsOf(
  selection: Selection,
  made: Made,
  ddl: readonly string[],
  before: ReadonlyMap<string, string>,
): string[] {
  const { functions, triggers, views, tables, foundations, rights } = selection;
  const helpers = functions.filter((source) => write.helperNames.includes(source.name));
  const early = functions.filter((source) => made.early.has(source));
  const others = functions.filter((source) => !made.early.has(source) && !helpers.includes(source));
  const roles = ownersOf(functions, { ...made.before, owners: ownersBefore(selection, made, before) });
  const protectFunctions = (sources: readonly Source[]) =>
    sources.map((source) => write.protectFunction(source, made.signatures.get(source) ?? source.name));
  const definitions = (sources: readonly Source[]) => sources.flatMap((source) => definition(source, made));
  const unchecked = functions.length > 0;
  return [
    ...foundations.flatMap((domain) => domain.foundation),
    ...made.dropped.map((name) => (made.before.views.includes(name) ? write.dropView(name) : write.dropTrigger(name))),
    ...(unchecked ? [write.bodiesUnchecked] : []),
    ...definitions(helpers),
    ...protectFunctions(helpers),
    ...foundations.flatMap((domain) => domain.roles),
    ...roles.map(write.joinRole),
    ...definitions(early),
    ...protectFunctions(early),
    ...ddl,
    ...tables.map(write.protectTable),
    ...rights.flatMap((domain) => domain.rights),
    ...definitions(others),
    ...protectFunctions(others),
    ...triggers.map((source) => source.text),
    ...views.flatMap((source) => [...definition(source, made), write.protectView(source)]),
    ...made.droppedFunctions.map(write.dropFunction),
    ...roles.map(write.leaveRole),
    ...(unchecked ? [write.bodiesChecked] : []),
  ];
}

/** The text of migration.sql. */
export const migrationText = (statements: readonly string[]): string =>
  `${statements.map((statement) => `${statement.replace(/;$/, "")};`).join("\n--> statement-breakpoint\n")}\n`;

/** What a migration does, one line each, for the person who asked for it. */
export function contentsOf(selection: Selection, made: Made, ddl: readonly string[]): string[] {
  const line = (what: string, names: readonly string[]) => (names.length === 0 ? [] : [`${what}: ${names.join(", ")}`]);
  const names = (sources: readonly { name: string }[]) => sources.map((source) => source.name);
  const kept = new Set(names([...selection.triggers, ...selection.views]));
  return [
    ...line(
      "foundation",
      selection.foundations.map((domain) => domain.domain),
    ),
    ...(ddl.length === 0 ? [] : [`tables: ${ddl.length} statements of drizzle-kit`]),
    ...line("protect_table", names(selection.tables)),
    ...line(
      "rights",
      selection.rights.map((domain) => domain.domain),
    ),
    ...line("functions", names(selection.functions)),
    ...line("triggers", names(selection.triggers)),
    ...line("views", names(selection.views)),
    ...line("dropped", [...made.dropped.filter((name) => !kept.has(name)), ...made.droppedFunctions]),
  ];
}

function definition(source: Source, made: Made): string[] {
  const text = `-- ${source.file}\n${source.text}`;
  if (!made.remade.has(source)) return [text];
  const old = source.kind === "view" ? source.name : (made.signatures.get(source) ?? source.name);
  return [source.kind === "view" ? write.dropView(old) : write.dropFunction(old), text];
}

/**
 * Owners, before the migration, of the functions that it touches. Only a member of a function's owner may replace or drop it, or
 * name it in a trigger, because the migrating owner has no right to execute what it does not own.
 */
function ownersBefore({ functions, triggers, tables }: Selection, made: Made, before: ReadonlyMap<string, string>) {
  const called = triggers.map(({ text }) => /\bexecute function (\w+\.\w+)\(/.exec(text)?.[1]);
  const touched = [
    ...functions.map((source) => made.signatures.get(source)),
    ...made.droppedFunctions,
    ...[...called, ...(tables.length > 0 ? write.protectTriggerFunctions : [])].map((name) => `${name}()`),
  ];
  return touched.flatMap((signature) => {
    const block = before.get(`function ${signature}`) ?? "";
    const owner = /^ALTER FUNCTION .* OWNER TO (\S+);$/m.exec(block)?.[1];
    return owner === undefined ? [] : [owner];
  });
}
