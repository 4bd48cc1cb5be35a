import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { DatabaseError, errorCodes } from "../../src/index";
import { createTestDatabase, type TestDatabase } from "../../src/testing";
import { rejection } from "../kit/outcomes";
import { arrangeBench, type Bench, type FailingPath, openBench } from "./bench";
import { type Canary, canaries, secretsWith } from "./canaries";
import { connectionPaths } from "./connection-paths";
import { contentionPaths } from "./contention-paths";
import { inputPaths } from "./input-paths";
import { operationPaths } from "./operation-paths";
import { knownStates, raisedPaths } from "./raised-paths";
import { statementPaths } from "./statement-paths";
import { leaks } from "./surfaces";

/** One table of ways to fail, one checker. A new way to fail is one entry of the table. */
const ownPaths = [...statementPaths, ...contentionPaths, ...inputPaths, ...connectionPaths, ...operationPaths];

let test: TestDatabase;
let bench: Bench;
let secrets: [name: string, text: string][];
const codes = new Set<string>();
const written: string[] = [];

beforeAll(async () => {
  test = await createTestDatabase();
  bench = openBench(await arrangeBench(test));
  const password = (url: string) => decodeURIComponent(new URL(url).password);
  secrets = secretsWith(Object.fromEntries(Object.entries(test.urls).map(([kind, url]) => [kind, password(url)])));
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, "write").mockImplementation((chunk) => {
      written.push(chunk.toString());
      return true;
    });
  }
  for (const method of ["log", "info", "warn", "error", "debug"] as const) {
    vi.spyOn(console, method).mockImplementation((...words: unknown[]) => void written.push(words.join(" ")));
  }
  process.on("warning", keepWarning);
});
afterEach(() => {
  expect(leaks(written.splice(0).join("\n"), secrets), "what was written meanwhile").toEqual([]);
});
afterAll(async () => {
  process.off("warning", keepWarning);
  vi.restoreAllMocks();
  await bench.close();
  await test.close();
});

const keepWarning = (warning: Error) => written.push(`${warning.stack}`);

async function failureOf({ run, code, sqlState }: FailingPath): Promise<unknown> {
  const found = await run(bench).then(
    (result) => ({ failed: false, thing: result }),
    (error: unknown) => ({ failed: true, thing: error }),
  );
  const { thing } = found;
  if (!found.failed && code === undefined && sqlState === undefined) return thing;
  expect(found.failed, "it must fail, or it shows nothing").toBe(true);
  expect(thing).toBeInstanceOf(DatabaseError);
  if (code !== undefined) expect(thing).toMatchObject({ code, ...(sqlState === undefined ? {} : { sqlState }) });
  else expect(thing).toMatchObject({ sqlState });
  return thing;
}

describe("no secret comes out of", () => {
  it.each(ownPaths.map((path) => [path.name, path] as const))("%s", async (_name, path) => {
    const failure = await failureOf(path);
    if (failure instanceof DatabaseError) codes.add(failure.code);
    expect(leaks(failure, secrets)).toEqual([]);
  });

  it.each(raisedPaths.map((path) => [path.name, path] as const))("%s", async (_name, path) => {
    const failure = await failureOf(path);
    if (failure instanceof DatabaseError) codes.add(failure.code);
    expect(leaks(failure, secrets)).toEqual([]);
  });

  it("the handles, after all of these failures", async () => {
    const { db, handle, member, identity, platform, auth } = bench;
    for (const [name, thing] of Object.entries({ db, pool: db.pool, identity, platform, auth })) {
      expect(leaks(thing, secrets), name).toEqual([]);
    }
    // Below this depth it is Drizzle's description of every table, over and over.
    const depth = 5;
    for (const thing of [handle, member]) expect(leaks(thing, secrets, depth)).toEqual([]);
    await handle.transaction(async (tx) => expect(leaks(tx, secrets, depth)).toEqual([]));
    await platform.transaction(async (tx) => expect(leaks(tx, secrets)).toEqual([]));
  });
});

describe("the table of failing paths", () => {
  it("reaches every code that an error of the package can have", () => {
    const missing = errorCodes.filter((code) => !codes.has(code));
    expect(missing).toEqual([]);
  });

  it("reaches every SQLSTATE that the package tells apart", () => {
    expect(raisedPaths.map((path) => path.sqlState)).toEqual(expect.arrayContaining(knownStates()));
    for (const state of ["23505", "40P01", "53100", "ZT001", "42501"]) expect(knownStates()).toContain(state);
  });

  it("carries every canary into some path", () => {
    const carried = new Set(ownPaths.flatMap((path) => path.holds));
    // It is nobody's input: it stands in the environment of the processes in crash.test.ts and tool.test.ts too.
    expect((Object.keys(canaries) as Canary[]).filter((name) => !carried.has(name))).toEqual([]);
  });

  it("guards what would leak: the driver's own errors hold the values", async () => {
    const client = new pg.Client({ connectionString: test.urls.admin });
    await client.connect();
    const duplicate = `insert into auth."user" (name, email) values ('x', $1)`;
    await client.query(duplicate, [`${canaries.duplicate}-raw@example.com`]);
    const raw = [
      await rejection(client.query("select $1::text::int", [canaries.wrongType])),
      await rejection(client.query(duplicate, [`${canaries.duplicate}-raw@example.com`])),
    ];
    await client.end();
    expect(leaks(raw[0], secrets).join()).toContain("wrongType in message");
    expect(leaks(raw[1], secrets).join()).toContain("duplicate in inspected");
  });
});
