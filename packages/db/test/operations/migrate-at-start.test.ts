import { describe, expect } from "vitest";
import { withUrlParts } from "../../src/client/url";
import { createDatabase, ensureDb, MigrationError, type MigrationProgress, migrate } from "../../src/index";
import { packageMigrations } from "../../src/operations/assets";
import { currentTestRun } from "../../src/testing";
import { rejection } from "../kit/outcomes";
import { inDatabase as it } from "../kit/tenants";
import { startServer } from "./server";

describe("an app that migrates at start", () => {
  it("applies the package's migrations once, however many processes start, and proves the schema", async () => {
    const server = await startServer();
    try {
      const database = await server.database();
      const url = withUrlParts(currentTestRun()?.adminUrl ?? "", { database });
      const told: MigrationProgress[] = [];
      const results = await Promise.all([1, 2, 3].map(() => migrate({ url, onProgress: (step) => told.push(step) })));
      const names = (await packageMigrations()).map(({ name }) => name);
      expect(results.flatMap(({ applied }) => applied).sort()).toEqual([...names].sort());
      expect(results.filter(({ alreadyApplied }) => alreadyApplied === names.length)).toHaveLength(2);
      expect(told.filter(({ event }) => event === "applied").map(({ migration }) => migration)).toEqual(names);
      expect(await migrate({ url })).toEqual({ applied: [], alreadyApplied: names.length, warnings: [] });

      const owner = await server.connect(database);
      await owner.query("update migrations.applied set sha256 = 'edited' where name = $1", [names[0]]);
      expect(await rejection(migrate({ url }))).toBeInstanceOf(MigrationError);
    } finally {
      await server.stop();
    }
  });

  it("refuses a schema in which somebody has made a table by hand", async () => {
    const server = await startServer();
    try {
      const database = await server.database();
      const owner = await server.connect(database);
      await owner.query("create schema accounting; create table accounting.by_hand (id int)");
      const error = await rejection(migrate({ url: withUrlParts(currentTestRun()?.adminUrl ?? "", { database }) }));
      expect(error).toBeInstanceOf(MigrationError);
      expect(String(error)).toMatch(/the schema is not as it should be .*accounting\.by_hand/);
    } finally {
      await server.stop();
    }
  });

  it("says which variable is missing, and waits no longer than it is told for another migrator", async ({ test }) => {
    expect(await rejection(migrate({ url: "" }))).toMatchObject({ code: "CONFIGURATION_INVALID" });
    const db = createDatabase({ url: test.urls.runtime, unsafeLogin: "refuse" });
    expect(await ensureDb(db)).toBe(db);
    await db.close();
    const held = await test.asOwner(async (owner) => {
      await owner.query("begin; lock table migrations.applied in access exclusive mode");
      const error = await rejection(migrate({ url: test.urls.admin, lockWaitMs: 200 }));
      await owner.query("rollback");
      return error;
    });
    expect(held).toBeInstanceOf(MigrationError);
  });
});
