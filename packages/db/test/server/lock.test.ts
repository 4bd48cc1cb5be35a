import { spawnSync } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { withLock } from "../../src/testing/server/lock";
import { currentOwner, ownerIsAlive, startedAt } from "../../src/testing/server/processes";
import { removeFolders, temporaryFolder } from "./held-servers";

afterAll(removeFolders);

describe("withLock", () => {
  test("lets one in at a time, also over the lock of a dead process", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "lock");
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    await writeFile(path, `${pid} s1 abcdef\n`);
    let inside = 0;
    const seen: number[] = [];
    const work = async () => {
      inside += 1;
      seen.push(inside);
      await new Promise((resolve) => setTimeout(resolve, 2));
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 20 }, () => withLock(path, work)));
    expect(seen).toEqual(Array.from({ length: 20 }, () => 1));
    expect(await readdir(folder)).toEqual([]);
  });

  test("is freed when the work fails, and not waited for without end", async () => {
    const path = join(await temporaryFolder(), "lock");
    await expect(withLock(path, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await withLock(path, () => expect(withLock(path, async () => 1, 100)).rejects.toThrow(/is held by process/));
    expect(await withLock(path, async () => 1)).toBe(1);
  });
});

describe("an owner", () => {
  test("is alive only as that very process", async () => {
    const me = await currentOwner();
    expect(await ownerIsAlive(me)).toBe(true);
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    expect(await startedAt(pid)).toBeUndefined();
    expect(await ownerIsAlive({ pid, started: me.started })).toBe(false);
    if (me.started !== "") expect(await ownerIsAlive({ pid: me.pid, started: "0" })).toBe(false);
  });
});
