import { afterEach, describe, expect, it, vi } from "vitest";
import { createAuthDatabase } from "../auth-database";
import { createDatabase } from "../database";
import { createConnectionPool } from "./pool";

afterEach(() => vi.unstubAllEnvs());

const url = "postgresql://app:secret@127.0.0.1:1/app";

/** What is warned of when `make` is called so often, and then each handle is closed. */
async function warningsOf(
  make: (onWarning: (text: string) => void, run: number) => { close(): Promise<void> },
  { environment = "development", closeAtOnce = false } = {},
): Promise<string[]> {
  vi.stubEnv("NODE_ENV", environment);
  const warnings: string[] = [];
  const handles = [];
  for (let run = 0; run < 6; run += 1) {
    const handle = make((text) => warnings.push(text), run);
    if (closeAtOnce) await handle.close();
    handles.push(handle);
  }
  await Promise.all(handles.map((handle) => handle.close()));
  return warnings;
}

describe("handles without a key that are made again and again", () => {
  it.each([
    ["createDatabase", createDatabase],
    ["createConnectionPool", createConnectionPool],
    ["createAuthDatabase", createAuthDatabase],
  ] as const)("are warned of once, with the file and what to do: %s", async (name, make) => {
    const warnings = await warningsOf((onWarning) => make({ url, onWarning }));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("client/reload.test.ts");
    expect(warnings[0]).toContain(`${name}({ reloadKey: "main" })`);
    expect(warnings[0]).not.toContain("secret");
  });

  it("are no matter when they are closed, have a key or other options, nor in production and tests", async () => {
    const make = (onWarning: (text: string) => void) => createDatabase({ url, onWarning });
    expect(await warningsOf(make, { closeAtOnce: true })).toEqual([]);
    for (const environment of ["production", "test"]) expect(await warningsOf(make, { environment })).toEqual([]);
    expect(await warningsOf((onWarning, run) => createDatabase({ url, onWarning, reloadKey: `${run}` }))).toEqual([]);
    expect(await warningsOf((onWarning, run) => createDatabase({ url, onWarning, max: run + 1 }))).toEqual([]);
  });
});
