import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Arena } from "./arena";
import { harbour } from "./new-domain-sources";

/*
 * A domain that nothing but its folder and its line in domains.ts knows of, in a copy of the sources: it is on the
 * handles, in the registries, migrated, proven and attacked.
 */
const packageFolder = join(import.meta.dirname, "../..");
let folder: string;
let arena: Arena;
let copy: Awaited<ReturnType<typeof importCopy>>;

const load = <Module>(path: string): Promise<Module> => import(/* @vite-ignore */ join(folder, path));

async function importCopy() {
  return {
    ...(await load<typeof import("../../src/domains")>("src/domains.ts")),
    ...(await load<typeof import("../../src/schema")>("src/schema.ts")),
    ...(await load<typeof import("../../src/core/tenant-table")>("src/core/tenant-table.ts")),
    ...(await load<typeof import("../../src/core/statement")>("src/core/statement.ts")),
    ...(await load<typeof import("../../src/operations/catalogue")>("src/operations/catalogue/index.ts")),
    ...(await load<typeof import("../../src/operations/sources")>("src/operations/sources/index.ts")),
    ...(await load<typeof import("../../src/sql-sources")>("src/sql-sources.ts")),
    ...(await load<typeof import("../../src/testing")>("src/testing/index.ts")),
    ...(await load<typeof import("./arena")>("test/isolation/arena.ts")),
    ...(await load<typeof import("./checks/all")>("test/isolation/checks/all.ts")),
    ...(await load<typeof import("../../entries")>("entries.ts")),
  };
}

/** Puts the domain into a copy of the package's sources: its folder, and its line in the list. */
function writeCopy(): void {
  mkdirSync(join(packageFolder, ".data"), { recursive: true });
  folder = mkdtempSync(join(packageFolder, ".data/new-domain-"));
  for (const part of ["src", "test/isolation", "drizzle.config.ts", "entries.ts"]) {
    cpSync(join(packageFolder, part), join(folder, part), { recursive: true });
  }
  for (const [path, text] of Object.entries(harbour)) {
    const target = join(folder, "src/harbour", path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  const list = join(folder, "src/domains.ts");
  const text = readFileSync(list, "utf8").replace("  accounting: accountingDomain,", "$&\n  harbour: harbourDomain,");
  writeFileSync(list, `import { harbourDomain } from "./harbour/domain";\n${text}`);
}

/** What drizzle-kit makes of the copy's tables, those of the domain alone. */
function statementsOfTables(): string[] {
  const kit = join(dirname(createRequire(import.meta.url).resolve("drizzle-kit")), "bin.cjs");
  const all = execFileSync(process.execPath, [kit, "export"], { cwd: folder, encoding: "utf8" });
  return all.split(/;\s*\n/).filter((statement) => statement.includes(`"harbour"`));
}

beforeAll(async () => {
  writeCopy();
  copy = await importCopy();
  arena = await copy.openArena();
  const { owner } = arena.duel;
  await owner.query("begin");
  await copy.makeAll(owner, {
    sources: await copy.packageSources(join(folder, "src")),
    tables: copy.tenantTables(),
    ddl: statementsOfTables(),
  });
  await owner.query("commit");
});
afterAll(async () => {
  await arena?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("a domain that is a folder and a line", () => {
  it("is in the schemas, the tables, the statements and the build", () => {
    expect(copy.catalogueScope.schemas).toContain("harbour");
    expect(Object.keys(copy.tables)).toContain("harbour.berths");
    expect(copy.tenantTables()).toContainEqual(expect.objectContaining({ name: "harbour.berths", audit: "all" }));
    expect(copy.allStatements().map(({ name }) => name)).toContain("harbour.berths.create");
    expect(copy.entries).toContain("harbour/index");
  });

  it("has its repositories and relations on the handles, and prepares each test's tenant", async () => {
    const { handle, company } = await copy.createTenant(arena.test);
    const { berths } = (handle as unknown as { harbour: Harbour }).harbour;
    expect(await berths.create({ companyId: company.id, name: "Berth 7" })).toMatchObject({ name: "Berth 7" });
    const query = handle.query as unknown as { harbourBerths: { findMany(with_: object): Promise<unknown[]> } };
    const found = await query.harbourBerths.findMany({ with: { company: true }, orderBy: { name: "asc" } });
    expect(found).toMatchObject([
      { name: "Berth 7", company: { id: company.id } },
      { name: "Berth of each test", company: { id: company.id } },
    ]);
    expect((await handle.execute<{ n: number }>("select harbour.count_berths()::int as n")).rows).toEqual([{ n: 2 }]);
  });

  it("is proven: its table by every rule, and found out when one is broken", async () => {
    const { schemas, allowances } = copy.catalogueScope;
    const { owner } = arena.duel;
    const proof = async () => copy.proveSchema(await copy.readCatalogue(owner, schemas), allowances);
    expect(await proof()).toEqual([]);
    await owner.query("begin; alter table harbour.berths no force row level security");
    const errors = await proof().finally(() => owner.query("rollback"));
    expect(errors).toMatchObject([{ rule: "row-security-forced", object: "table harbour.berths" }]);
  });

  it("is attacked, and found open when its policy is", async () => {
    const entry = copy.tenantTables().find(({ name }) => name === "harbour.berths");
    if (!entry) throw new TypeError("The table is not registered");
    expect(await copy.breachesOf(arena, entry)).toEqual([]);
    await arena.duel.owner.query("alter policy tenant_isolation on harbour.berths using (true)");
    expect(await copy.breachesOf(arena, entry)).not.toEqual([]);
  });
});

interface Harbour {
  berths: { create(berth: { companyId: string; name: string }): Promise<unknown> };
}
