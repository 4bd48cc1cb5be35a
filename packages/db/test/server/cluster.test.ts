import { once } from "node:events";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { dirname, join } from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ConfigurationError, ConnectionError } from "../../src/core/errors";
import {
  initialiseCluster,
  randomPassword,
  readPostmaster,
  startCluster,
  stopCluster,
} from "../../src/testing/server/cluster";
import { ownerOf, startedAt } from "../../src/testing/server/processes";
import { ask, copyFolder, eventually, removeFolders, temporaryFolder } from "./held-servers";

const password = randomPassword();
const urlOf = (port: number, secret = password) => `postgres://postgres:${secret}@127.0.0.1:${port}/postgres`;
let data = "";
/** A cluster that no server has run on; each test but those of initialising works on a copy. */
let untouched = "";

beforeAll(async () => {
  untouched = join(await temporaryFolder(), "data");
  await initialiseCluster(untouched, { password, durable: false });
});

beforeEach(async () => {
  data = join(await temporaryFolder(), "data");
});

afterEach(async () => {
  await stopCluster(data, "immediate").catch(() => undefined);
  await rm(dirname(data), { recursive: true, force: true });
});

afterAll(removeFolders);

const copy = () => copyFolder(untouched, data);
const initialise = () => initialiseCluster(data, { password, durable: false });

describe("a cluster", () => {
  test("is initialised, started, used and stopped", async () => {
    const made = await initialise();
    const server = await startCluster(data, { settings: { max_connections: 37 } });
    console.log(`initdb ${made.milliseconds} ms, start ${server.milliseconds} ms`);
    expect(made.created).toBe(true);
    expect(server.reused).toBe(false);
    const url = urlOf(server.port);
    expect(await ask(url, "show max_connections")).toBe("37");
    expect(await ask(url, "show listen_addresses")).toBe("127.0.0.1");
    expect(await ask(url, "show unix_socket_directories")).toBe("");
    expect(await ask(url, "show server_encoding")).toBe("UTF8");
    expect(await ask(url, "show password_encryption")).toBe("scram-sha-256");
    expect(await ask(url, "select upper('ärger')")).toBe("ÄRGER");
    expect(await readPostmaster(data)).toMatchObject({ pid: server.pid, port: server.port, alive: true });

    expect(await stopCluster(data)).toBe(true);
    expect(await startedAt(server.pid)).toBeUndefined();
    expect(await readPostmaster(data)).toBeUndefined();
    expect(await stopCluster(data)).toBe(false);
  });

  test("asks for the password, which is nowhere on disk", async () => {
    await copy();
    const { port } = await startCluster(data);
    await expect(ask(urlOf(port, "wrong"), "select 1")).rejects.toThrow(ConnectionError);
    await expect(ask(urlOf(port, "wrong"), "select 1")).rejects.toThrow(/check user and password/);
    await expect(stat(`${data}.password`)).rejects.toThrow("ENOENT");
  });

  test("is used as it is when it is running already", async () => {
    await copy();
    const first = await startCluster(data);
    const second = await startCluster(data);
    expect(second).toMatchObject({ pid: first.pid, port: first.port, reused: true });
  });

  test("is initialised once, also when several want it at once", async () => {
    const made = await Promise.all([initialise(), initialise(), initialise()]);
    expect(made.filter(({ created }) => created)).toHaveLength(1);
    const starts = await Promise.all([startCluster(data), startCluster(data), startCluster(data)]);
    expect(new Set(starts.map(({ pid }) => pid)).size).toBe(1);
    expect(starts.filter(({ reused }) => !reused)).toHaveLength(1);
  });

  test.each([
    ["of a dead process", () => 4_194_000],
    ["whose pid another program has got since", () => process.pid],
  ])("starts over a leftover postmaster.pid %s", async (_, pid) => {
    await copy();
    await writeFile(
      join(data, "postmaster.pid"),
      `${pid()}\n${data}\n1700000000\n5432\n\n127.0.0.1\n  1 2\nready   \n`,
    );
    expect(await readPostmaster(data)).toMatchObject({ port: 5432, status: "ready", alive: false });
    const server = await startCluster(data);
    expect(await ask(urlOf(server.port), "select 1")).toBe(1);
  });

  test("recovers after a kill -9, sessions still connected and writes kept", async () => {
    await copy();
    const first = await startCluster(data);
    const client = new pg.Client(urlOf(first.port));
    client.on("error", () => undefined);
    await client.connect();
    await client.query("create table kept as select 42 as answer");
    process.kill(first.pid, "SIGKILL");
    await expect.poll(async () => (await readPostmaster(data))?.alive, { timeout: 5_000 }).toBe(false);
    const second = await startCluster(data);
    expect(second.reused).toBe(false);
    expect(await ask(urlOf(second.port), "select answer from kept")).toBe(42);
    await client.end().catch(() => undefined);
  });

  test("takes the port it is asked for, or another when that one is in use", async () => {
    await copy();
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port: taken } = other.address() as AddressInfo;
    const elsewhere = await startCluster(data, { preferredPort: taken });
    expect(elsewhere.port).not.toBe(taken);
    await stopCluster(data);
    other.close();
    await eventually("the port is free", async () => !other.listening);
    expect((await startCluster(data, { preferredPort: taken })).port).toBe(taken);
  });

  test("says in the server's own words why it does not start", async () => {
    await copy();
    const failure = startCluster(data, { settings: { no_such_setting: 1 } });
    await expect(failure).rejects.toThrow(ConnectionError);
    await expect(failure).rejects.toThrow(/unrecognized configuration parameter "no_such_setting"/);
    await expect(failure).rejects.not.toThrow(password);
    expect(await readFile(`${data}.log`, "utf8")).not.toContain(password);
  });

  test("is refused by programs of another major version, in plain words", async () => {
    await copy();
    await writeFile(join(data, "PG_VERSION"), "12\n");
    await expect(startCluster(data)).rejects.toThrow(/was made by PostgreSQL 12/);
    await expect(startCluster(join(data, "base"))).rejects.toThrow(ConfigurationError);
  });

  test("does not run as root", async () => {
    await copy();
    const { pid } = await startCluster(data);
    const owner = await ownerOf(data);
    const expected = owner?.uid ?? process.getuid?.();
    if (process.platform === "linux") expect((await stat(`/proc/${pid}`)).uid).toBe(expected);
  });
});
