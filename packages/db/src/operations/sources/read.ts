import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ConfigurationError } from "../../core/errors";
import { byCodeUnits } from "../migrations/folder";
import { inOrder } from "./order";
import { parseObject, parseTriggers, splitStatements } from "./parse";
import type { DomainStatements, Source, SourceFolder, Sources } from "./types";

/** Files of a `sql` folder that hold no single object. */
const special = ["foundation.sql", "roles.sql", "rights.sql", "triggers.sql"];

/**
 * Reads the SQL of all domains, `folders` in the order in which domains build on each other, and adds what code
 * computes. Throws `ConfigurationError` for a file that breaks a rule, or an object that two sources define.
 */
export async function readSources(
  folders: readonly SourceFolder[],
  generated: readonly Source[] = [],
): Promise<Sources> {
  const read = await Promise.all(folders.map(readFolder));
  const objects = [...read.flatMap((folder) => folder.objects), ...generated];
  const known = new Map<string, Source>();
  for (const source of objects) {
    const other = known.get(`${source.kind} ${source.name}`);
    if (other) throw new ConfigurationError(`${source.file} and ${other.file} both define ${source.name}: keep one`);
    known.set(`${source.kind} ${source.name}`, source);
  }
  return { objects: inOrder(objects), domains: read.map((folder) => folder.statements) };
}

async function readFolder(folder: SourceFolder): Promise<{ objects: Source[]; statements: DomainStatements }> {
  const names = existsSync(folder.path) ? (await readdir(folder.path)).filter((name) => name.endsWith(".sql")) : [];
  const texts = new Map<string, string>();
  for (const name of names.sort(byCodeUnits)) {
    texts.set(name, (await readFile(join(folder.path, name), "utf8")).replaceAll("\r\n", "\n"));
  }
  const label = (name: string) => `${basename(dirname(folder.path))}/sql/${name}`;
  const objects = [...texts].flatMap(([name, text]) =>
    special.includes(name) ? [] : [parseObject(text, label(name))],
  );
  objects.push(...parseTriggers(texts.get("triggers.sql") ?? "", label("triggers.sql")));
  for (const { name, file } of objects) {
    const schema = name.split(".")[0] ?? "";
    if (!folder.schemas.includes(schema)) {
      throw new ConfigurationError(
        `${file} defines ${name}: the domain "${folder.domain}" has ${folder.schemas.join(", ")}`,
      );
    }
  }
  const statements = (name: string) => splitStatements(texts.get(name) ?? "");
  return {
    objects,
    statements: {
      domain: folder.domain,
      schemas: folder.schemas,
      foundation: statements("foundation.sql"),
      roles: statements("roles.sql"),
      rights: statements("rights.sql"),
    },
  };
}
