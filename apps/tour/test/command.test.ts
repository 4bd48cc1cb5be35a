import { execFile } from "node:child_process";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@org/db/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tourFolder } from "./support";

let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());

/** Runs the tour as `pnpm demo` does, against the given server. */
function demo(urls: Record<"DATABASE_URL" | "DATABASE_ADMIN_URL" | "DATABASE_PLATFORM_URL", string>) {
  const root = join(tourFolder, "..", "..");
  const source = ["--conditions=@org/source", "--import", "tsx", "apps/tour/src/main.ts"];
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    const env = { ...process.env, ...urls };
    execFile(process.execPath, source, { cwd: root, env, timeout: 120_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

describe("pnpm demo", () => {
  it("takes the whole tour on a given server and ends by itself with exit code 0", async () => {
    const { admin, runtime, platform } = test.urls;
    const run = await demo({ DATABASE_URL: runtime, DATABASE_ADMIN_URL: admin, DATABASE_PLATFORM_URL: platform });
    expect(run.stderr).toBe("");
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^ {3}Total +412 +2,328\.60$/m);
    expect(run.stdout).toContain("nothing to migrate");
    expect(run.stdout).toContain(`database "${test.name}"`);
    expect(run.stdout).toContain("pnpm db:studio");
    expect(run.stdout.match(/^\d+(?=\. )/gm)).toEqual(
      Array.from({ length: 12 }, (_chapter, index) => String(index + 1)),
    );
    // The admin of a given server may have no password; the others always have one.
    for (const url of [runtime, platform]) expect(run.stdout).not.toContain(new URL(url).password);
    const { items } = await test.db.platform({ actor: "tests", reason: "look at the demo's tenants" }).listTenants();
    expect(items.map(({ name }) => name)).toEqual(["Chinook Records", "Northwind Traders"]);
  });

  it("ends a failure with its typed message and exit code 1, without a stack or a secret", async () => {
    const url = "postgresql://nobody:hunter2@127.0.0.1:1/nothing";
    const run = await demo({ DATABASE_URL: url, DATABASE_ADMIN_URL: url, DATABASE_PLATFORM_URL: url });
    expect(run.code).toBe(1);
    expect(run.stderr.trim()).toMatch(/^✗ ConnectionError: The database cannot be reached/);
    expect(run.stdout + run.stderr).not.toMatch(/\n\s+at |hunter2/);
  });
});
