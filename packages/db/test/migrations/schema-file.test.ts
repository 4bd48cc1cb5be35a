import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type TenantTableEntry, tenantTables } from "../../src/core/tenant-table";
import { catalogueScope } from "../../src/domains";
import { migrationsFolder, schemaFile } from "../../src/operations/assets";
import { parseSchema, readSchemaText } from "../../src/operations/catalogue";
import { createTestDatabase } from "../../src/testing";

const packageFolder = join(__dirname, "..", "..");
let text: string;

beforeAll(async () => {
  const test = await createTestDatabase();
  text = await test.asOwner((client) => readSchemaText(client, catalogueScope.schemas));
  await test.close();
});

describe("schema.sql", () => {
  it("says what the migrations make; if not: pnpm db:check --write", () => {
    expect(readFileSync(schemaFile(), "utf8")).toBe(text);
  });

  it("is what the Drizzle tables say: drizzle-kit finds nothing to generate", () => {
    const folder = mkdtempSync(join(tmpdir(), "org-db-generate-"));
    try {
      cpSync(migrationsFolder(), join(folder, "drizzle"), { recursive: true });
      const config = join(packageFolder, `drizzle.${process.pid}.config.ts`);
      const original = readFileSync(join(packageFolder, "drizzle.config.ts"), "utf8");
      writeFileSync(config, original.replace("../../drizzle", join(folder, "drizzle")));
      const kit = join(packageFolder, "node_modules", "drizzle-kit", "bin.cjs");
      const run = spawnSync(process.execPath, [kit, "generate", "--config", config, "--name=drift"], {
        cwd: packageFolder,
      });
      rmSync(config);
      expect(run.status, String(run.stderr)).toBe(0);
      expect(readdirSync(join(folder, "drizzle"))).toEqual(readdirSync(migrationsFolder()));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

const rights: Record<TenantTableEntry["access"], string[]> = {
  "read-write": ["DELETE", "INSERT", "SELECT", "UPDATE"],
  "no-delete": ["INSERT", "SELECT", "UPDATE"],
  "append-only": ["INSERT", "SELECT"],
  "read-only": ["SELECT"],
};

describe.each(tenantTables())("$name", ({ name, access, audit }) => {
  let schema: Map<string, string>;
  beforeAll(() => {
    schema = parseSchema(text);
  });

  it(`gives the runtime login what "${access}" says`, () => {
    const grants = schema.get(`grants ${name}`) ?? "";
    const granted = /GRANT ([A-Z, ]+) ON [^;]* TO authenticated;/i.exec(grants)?.[1] ?? grants;
    expect(granted.split(", ").sort()).toEqual(rights[access]);
  });

  it(`is audited as "${audit}" says`, () => {
    const trigger = schema.get(`trigger ${name}.write_audit`) ?? "";
    const events = ["INSERT", "DELETE", "UPDATE"].filter((event) => trigger.includes(event));
    expect(events).toEqual({ all: ["INSERT", "DELETE", "UPDATE"], changes: ["DELETE", "UPDATE"], none: [] }[audit]);
  });
});
