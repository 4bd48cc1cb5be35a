import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readPostmaster } from "../../src/testing/server/cluster";
import { hostId, isAlive, startedAt } from "../../src/testing/server/processes";
import { startThrowawayServer, sweepThrowawayServers } from "../../src/testing/server/throwaway";
import { ask, eventually, holdServer, removeFolders, temporaryFolder } from "./held-servers";

afterAll(removeFolders);

/** Processes whose command line mentions the folder: the server and its watchdog. */
async function processesOf(folder: string): Promise<number[]> {
  const pids = (await readdir("/proc").catch(() => [])).map(Number).filter((pid) => pid > 0);
  const found: number[] = [];
  for (const pid of pids) {
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (line.includes(folder)) found.push(pid);
  }
  return found;
}

describe("a throw-away server", () => {
  test("starts with its settings, and leaves no process and no folder", async () => {
    const server = await startThrowawayServer({ settings: { work_mem: "7MB" } });
    console.log(`initdb ${server.timings.initialise} ms, start ${server.timings.start} ms`);
    expect(await ask(server.adminUrl, "show work_mem")).toBe("7MB");
    expect(await ask(server.adminUrl, "show fsync")).toBe("off");
    expect(await ask(server.adminUrl, "show autovacuum")).toBe("on");
    expect(await ask<string>(server.adminUrl, "show server_version")).toContain(server.serverVersion);
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    expect(existsSync(server.folder)).toBe(false);
    expect(await processesOf(server.folder)).toEqual([]);
  });

  test.concurrent.each(["kill", "exit", "stop"] as const)("goes with its owner: %s", async (end) => {
    const owner = holdServer("throwaway");
    const { adminUrl, folder } = await owner.started;
    const pid = (await readPostmaster(join(folder, "data")))?.pid ?? 0;
    expect(await ask(adminUrl, "select 1")).toBe(1);
    await owner[end]();
    await eventually("the folder is gone", () => !existsSync(folder));
    await eventually("the server is gone", async () => (await startedAt(pid)) === undefined);
    await eventually("the watchdog is gone", async () => (await processesOf(folder)).length === 0);
  });

  test("is swept by the next one when its watchdog was killed as well", async () => {
    const owner = holdServer("throwaway");
    const { folder } = await owner.started;
    const server = (await readPostmaster(join(folder, "data")))?.pid ?? 0;
    for (const pid of await processesOf(folder)) if (pid !== server) process.kill(pid, "SIGKILL");
    await owner.kill();
    expect(isAlive(server)).toBe(true);
    expect(await sweepThrowawayServers(dirname(folder))).toBeGreaterThanOrEqual(1);
    expect(existsSync(folder)).toBe(false);
    expect(await startedAt(server)).toBeUndefined();
  });

  test("is left alone while its owner lives, or may live elsewhere", async () => {
    const temp = await temporaryFolder();
    const folder = async (name: string, owner: string) => {
      await mkdir(join(temp, name));
      await writeFile(join(temp, name, "owner"), owner);
      return join(temp, name);
    };
    const mine = await folder(`org-db-test-${process.pid}-aa`, `${await hostId()} `);
    const elsewhere = await folder("org-db-test-4194000-bb", "01234567 ");
    const dead = await folder("org-db-test-4194000-cc", `${await hostId()} `);
    const pidReused = await folder(`org-db-test-${process.pid}-dd`, `${await hostId()} 1`);
    await sweepThrowawayServers(temp);
    expect([mine, elsewhere, dead, pidReused].map((path) => existsSync(path))).toEqual(
      process.platform === "win32" ? [true, true, false, true] : [true, true, false, false],
    );
  });
});
