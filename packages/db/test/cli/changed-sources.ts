import { pageAt } from "../documents/markdown";
import type { Checkout } from "./checkout";

/** A SQL source that `changeSources` adds. */
export const greetingSource = "packages/db/src/accounting/sql/greeting.sql";
const folder = "packages/db/src/accounting";
const basePart = `${folder}/sql/base_part.sql`;

/** The code of a recipe in that language, in the page's order. */
const codeOf = (recipe: string, language: string) =>
  pageAt(`docs/recipes/${recipe}.md`).blocks.flatMap((block) => (block.language === language ? block.text : []));

/** Adds the line that a change of a recipe adds, between the lines around it. */
function applyChange(checkout: Checkout, file: string, change = ""): void {
  const lines = change.trimEnd().split("\n");
  const text = (kept: readonly string[]) => kept.map((line) => `  ${line.slice(2)}\n`).join("");
  checkout.replace(file, text(lines.filter((line) => !line.startsWith("+"))), text(lines));
}

/**
 * A column and a table, as their recipes say, a changed function and a new one: each reaches the database in its own way.
 */
export function changeSources(checkout: Checkout): void {
  const [column, writer] = codeOf("add-a-column", "diff");
  applyChange(checkout, `${folder}/schema/parties.ts`, column);
  applyChange(checkout, `${folder}/parties.ts`, writer);
  const [table = ""] = codeOf("add-a-table", "ts");
  checkout.write(`${folder}/schema/carriers.ts`, table);
  const schema = `${folder}/schema.ts`;
  checkout.write(schema, `${checkout.read(schema)}export * from "./schema/carriers";\n`);
  checkout.replace(basePart, "round(part", "trunc(part");
  checkout.write(
    greetingSource,
    `-- For the test.\n-- @execute authenticated\ncreate function accounting.greeting() returns text\n  language sql stable\n  set search_path = ''\n  return 'hello';\n`,
  );
}
