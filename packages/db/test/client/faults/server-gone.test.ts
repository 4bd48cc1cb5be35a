import { join } from "node:path";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDatabase } from "../../../src/index";
import { withAdmin } from "../../../src/operations/admin";
import { migrationsFolder } from "../../../src/operations/assets";
import { ensureLogins, loginUrls, newLogins } from "../../../src/operations/logins";
import { migrate, readMigrations } from "../../../src/operations/migrations";
import { createTenant } from "../../../src/testing";
import { startCluster, stopCluster } from "../../../src/testing/server/cluster";
import { startThrowawayServer, type ThrowawayServer } from "../../../src/testing/server/throwaway";
import { canFillDisks, fillDataDisk, fillLogDisk } from "./full-disk";
import type { Request } from "./protocol";
import { type Application, startApplication } from "./start-application";

/** A server of its own that may be broken, and one application on it without any listener for errors. */
let server: ThrowawayServer;
let data: string;
let application: Application;
let makeRoom: () => Promise<void> = async () => {};

// Commits reach the disk before they are confirmed, so that a full one is noticed by the call that needs it.
const settings = { fsync: "off", synchronous_commit: "on" };

beforeAll(async () => {
  server = await startThrowawayServer({ settings });
  data = join(server.folder, "data");
  const logins = newLogins("faults");
  await withAdmin(server.adminUrl, async (admin) => {
    await migrate(admin, { migrations: await readMigrations(migrationsFolder()) });
    await ensureLogins(admin, logins);
  });
  const urls = loginUrls(server.adminUrl, logins);
  const db = createDatabase({ url: urls.DATABASE_URL, platformUrl: urls.DATABASE_PLATFORM_URL });
  const { tenant, company } = await createTenant({ db });
  await db.close();
  application = startApplication(
    { url: urls.DATABASE_URL ?? "", tenantId: tenant.id, companyId: company.id, otherTenantId: tenant.id },
    cause,
  );
});
afterAll(async () => {
  application.kill();
  await server.stop();
});

const asOwner = <T>(work: (owner: pg.Client) => Promise<T>) => withAdmin(server.adminUrl, work);

async function cause(request: Request): Promise<void> {
  if ("server" in request) {
    if (request.server === "stop") await stopCluster(data, "immediate");
    else await startAgain();
  } else if (!("disk" in request)) throw new TypeError("This test cannot cause that");
  else if (request.disk === "data full") makeRoom = await fillDataDisk(data, asOwner);
  else if (request.disk === "log full") makeRoom = await fillLogDisk(data, asOwner);
  else await makeRoom();
}

async function startAgain(): Promise<void> {
  const preferredPort = Number(new URL(server.adminUrl).port);
  const { port } = await startCluster(data, { settings, logFile: join(server.folder, "server.log"), preferredPort });
  expect(port, "the server is where the application looks for it").toBe(preferredPort);
}

const unreachable = { typed: true, name: "ConnectionError", outcome: "rolled-back", retryable: true };
const refused = { ...unreachable, message: expect.stringContaining("ECONNREFUSED") };

describe("an application without listeners survives", () => {
  it.runIf(canFillDisks)(
    "a disk without room for data: writes fail in words, reads go on, and it writes again once there is room",
    async () => {
      const { errors, facts } = await application.run("dataDiskFull");
      const full = { typed: true, name: "DiskFullError", sqlState: "53100", outcome: "rolled-back", retryable: false };
      expect(errors).toMatchObject({ write: full, transaction: full, read: null, "write again": null });
      expect(facts.health).toBe(true);
      expect(facts.names).toEqual(["Before the disk was full", "Room again"]);
      expect(facts.pool).toMatchObject({ total: 1, idle: 1, waiting: 0 });
    },
  );

  it.runIf(canFillDisks)(
    "a disk without room for the log, which ends the server: typed errors, and service when there is room",
    async () => {
      const { errors, facts } = await application.run("logDiskFull");
      // The server that panics may have written the commit: nobody knows until it is back.
      const panicked = { typed: true, name: "DiskFullError", sqlState: "53100", outcome: "unknown", retryable: false };
      expect(errors.write).toMatchObject(panicked);
      expect(errors).toMatchObject({ "while it is down": refused, "write again": null });
      expect(facts.health).toMatch(/^ConnectionError: .*ECONNREFUSED/);
      expect(facts.names).toEqual(expect.arrayContaining(["Before the log was full", "In the log again"]));
      console.log(`served ${facts.servedAfterMs} ms after the server was back with room for its log`);
    },
  );

  it("a server that is killed and started again: calls fail typed meanwhile, and are served after", async () => {
    const { errors, facts } = await application.run("serverRestarted");
    expect(errors).toMatchObject({
      "transaction under way": unreachable,
      "while it is down": refused,
      "transaction while it is down": refused,
    });
    expect(facts.names).not.toContain("Under way");
    expect(facts.pool).toMatchObject({ total: 1, idle: 1, waiting: 0 });
    console.log(`served ${facts.servedAfterMs} ms after the server was started again`);
  });

  it("a server that it cannot reach or enter: its start-up fails with the reason, and without the password", async () => {
    const { errors, facts } = await application.run("unreachable");
    const denied = { typed: true, name: "ConnectionError", outcome: "rolled-back", retryable: false };
    const expected = {
      refused,
      "wrong password": { ...denied, sqlState: "28P01" },
      "missing database": { ...denied, sqlState: "3D000" },
    };
    for (const [fault, error] of Object.entries(expected)) {
      for (const call of ["start-up", "call", "transaction"]) {
        expect(errors[`${fault}: ${call}`], `${fault}: ${call}`).toMatchObject(error);
      }
      expect(facts[`${fault}: healthy`]).toBe(false);
    }
    expect(errors.next).toBeNull();
    const { password } = new URL(server.adminUrl);
    for (const secret of ["canary-of-a-password", password]) {
      expect(JSON.stringify({ errors, facts })).not.toContain(secret);
    }
  });

  it("all of that: it ends by itself, with nothing on stderr and no listener that could have hidden something", async () => {
    expect(await application.end()).toEqual({ code: 0, complaints: "", listeners: 0 });
  });
});
