import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTenant, createTestDatabase, type TestDatabase } from "../../../src/testing";
import { killBackend } from "../connections";
import { startProxy, type WireProxy } from "../proxy";
import type { Request } from "./protocol";
import { type Application, startApplication } from "./start-application";

/** All faults meet one and the same process, which has no listener for errors: one uncaught event and all fail. */
let test: TestDatabase;
let proxy: WireProxy;
let application: Application;
const stoppedAfterMs: number[] = [];

beforeAll(async () => {
  test = await createTestDatabase();
  const [acme, globex] = [await createTenant(test, "Acme"), await createTenant(test, "Globex")];
  proxy = await startProxy(test.urls.runtime);
  application = startApplication(
    {
      url: test.urls.runtime,
      proxyUrl: proxy.url,
      tenantId: acme.tenant.id,
      companyId: acme.company.id,
      otherTenantId: globex.tenant.id,
    },
    cause,
  );
});
afterAll(async () => {
  application.kill();
  await proxy.close();
  await test.close();
});

async function cause(request: Request): Promise<void> {
  if ("kill" in request) {
    if (request.when === "active") await untilActive(request.kill, true);
    await killBackend(test, request.kill);
  } else if ("untilStopped" in request) {
    const started = performance.now();
    await untilActive(request.untilStopped, false);
    stoppedAfterMs.push(Math.round(performance.now() - started));
  } else if ("network" in request) {
    if (request.network === "silent") proxy.silence();
    else proxy.pass();
  } else if ("cut" in request) {
    const isCommit = (type: string, body: Buffer) => type === "P" && body.includes("commit\0");
    proxy.judge((type, body) => (request.cut === "commit" && isCommit(type, body) ? "cut-after" : "pass"));
  } else throw new TypeError("This test cannot cause that");
}

/** Waits until that server process runs a statement, or has stopped running one; fails after 5 s. */
async function untilActive(pid: number, wanted: boolean): Promise<void> {
  await test.asOwner(async (owner) => {
    for (const deadline = Date.now() + 5_000; ; ) {
      const { rowCount } = await owner.query("select from pg_stat_activity where pid = $1 and state = 'active'", [pid]);
      if ((rowCount !== 0) === wanted) return;
      if (Date.now() > deadline) {
        await owner.query("select pg_terminate_backend($1, 5000)", [pid]);
        throw new Error(`The server process ${wanted ? "does not run" : "still runs"} its statement after 5 s`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });
}

const killed = { typed: true, name: "ConnectionError", sqlState: "57P01", outcome: "rolled-back", retryable: true };
const timedOut = { typed: true, name: "TimeoutError", outcome: "rolled-back", retryable: false };
const unknown = { outcome: "unknown", retryable: false };

describe("an application without listeners survives, and serves on after", () => {
  it("its idle connection was killed: no call notices", async () => {
    const { errors, facts } = await application.run("idleConnectionKilled");
    expect(errors).toEqual({ next: null });
    expect(facts.pool).toMatchObject({ total: 1, idle: 1, waiting: 0 });
  });

  it("a connection was killed while a transaction held it idle: the next statement gets the server's reason", async () => {
    const { errors } = await application.run("checkedOutConnectionKilled");
    expect(errors).toMatchObject({ transaction: killed, next: null });
  });

  it("a connection was killed before COMMIT: what the transaction wrote is rolled back", async () => {
    const { errors, facts } = await application.run("killedInTransaction");
    expect(errors).toMatchObject({ transaction: killed, next: null });
    expect(facts.kept).toBe(false);
  });

  it("a connection was killed during a statement, alone or in a transaction: nothing was kept", async () => {
    const { errors, facts } = await application.run("killedDuringQuery");
    expect(errors).toMatchObject({ read: killed, write: killed, "in a transaction": killed, next: null });
    expect(facts.kept).toBe(false);
  });

  it("a connection was killed while many reads wanted it: each of them ends, and those that were sent may be retried", async () => {
    const { errors, facts } = await application.run("killedDuringManyReads");
    const failed = Object.values(errors).filter((error) => error !== null);
    expect(Object.keys(errors)).toHaveLength(41);
    expect(failed.length).toBeGreaterThan(0);
    for (const error of failed) expect(error).toMatchObject(killed);
    expect(errors.next).toBeNull();
    expect(facts.pool).toEqual({ total: 1, idle: 1, waiting: 0, max: 1 });
  });

  it("a connection was lost during COMMIT: the outcome is unknown and nothing is repeated", async () => {
    const { errors } = await application.run("killedDuringCommit");
    expect(errors).toMatchObject({ transaction: { typed: true, name: "ConnectionError", ...unknown }, next: null });
  });

  it("every connection of the pool was in use: the wait ends with an error that may be retried", async () => {
    const { errors, facts } = await application.run("poolExhausted");
    const exhausted = { typed: true, code: "POOL_EXHAUSTED", outcome: "rolled-back", retryable: true };
    expect(errors).toMatchObject({ call: exhausted, transaction: exhausted, holders: null, next: null });
    expect(facts.pool).toEqual({ total: 2, idle: 0, waiting: 0, max: 2 });
  });

  it("SQL of its own left a transaction open, or ended one: nobody else's work lands inside it", async () => {
    const { errors, facts } = await application.run("transactionLeftOpen");
    const after = ["after BEGIN", "after BEGIN in a transaction", "after COMMIT in a transaction"];
    expect(facts).toEqual(Object.fromEntries(after.map((name) => [name, true])));
    for (const call of ["begin", "begin in a transaction", ...after]) expect(errors[call], call).toBeNull();
    const ended = { typed: true, name: "ConflictError", outcome: "unknown", retryable: false };
    expect(errors["commit in a transaction"]).toMatchObject(ended);
    const open = await test.asOwner((owner) =>
      owner.query(
        "select from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'",
      ),
    );
    expect(open.rowCount).toBe(0);
  });

  it("its callback swallowed an error: no success is reported, and the next user gets no aborted transaction", async () => {
    const { errors, facts } = await application.run("errorSwallowed");
    expect(errors.transaction).toMatchObject({ typed: true, sqlState: "22012", outcome: "rolled-back" });
    expect(errors).toMatchObject({ "of the next tenant": null, next: null });
    expect(facts.kept).toEqual([]);
  });

  it("a statement ran into the server's limit: it is cancelled there, and the connection serves on", async () => {
    const { errors, facts } = await application.run("statementTimeout");
    expect(errors).toMatchObject({ call: { ...timedOut, sqlState: "57014" }, next: null });
    expect(facts.sameConnection).toBe(true);
  });

  it("it gave up waiting for a statement: the server stops that work too", async () => {
    stoppedAfterMs.length = 0;
    const { errors, facts } = await application.run("queryTimeout");
    console.log(`given up by the client, stopped by the server after ${stoppedAfterMs.join(", ")} ms`);
    expect(errors).toMatchObject({ "in a transaction": timedOut, next: null });
    // A text of its own is not known to read only.
    for (const call of ["read", "write"]) expect(errors[call]).toMatchObject({ ...timedOut, ...unknown });
    expect(facts).toMatchObject({ kept: false, pool: { total: 1, idle: 1, waiting: 0 } });
  });

  it("it sent several statements in one text: the server refuses them all", async () => {
    const { errors, facts } = await application.run("severalStatements");
    const refused = {
      typed: true,
      name: "StatementError",
      sqlState: "42601",
      outcome: "rolled-back",
      retryable: false,
    };
    expect(errors).toMatchObject({ call: refused, transaction: refused, next: null });
    expect(facts).toEqual({ kept: false, sameConnection: true });
  });

  it("it closed its handle during calls, one of which never ends: close ends all the same", async () => {
    const { errors, facts } = await application.run("closedDuringCalls");
    console.log(`closed after ${facts.closedAfterMs} ms with 100 ms of grace`);
    const lost = { typed: true, name: "ConnectionError" };
    expect(errors).toMatchObject({ read: { ...lost, ...unknown }, next: null });
    expect(errors["transaction that never ends"]).toMatchObject({ ...lost, outcome: "rolled-back" });
    expect(errors.after).toMatchObject({ typed: true, name: "DatabaseError" });
    expect(facts.kept).toBe(false);
  });

  it("the network fell silent without closing anything: each wait ends, typed, and the pool starts afresh", async () => {
    const { errors, facts } = await application.run("silentNetwork");
    expect(errors).toMatchObject({ read: timedOut, transaction: timedOut, next: null });
    for (const call of ["write", "commit"]) expect(errors[call], call).toMatchObject({ ...timedOut, ...unknown });
    const unreachable = { typed: true, name: "ConnectionError", outcome: "rolled-back", retryable: true };
    expect(errors.connect).toMatchObject(unreachable);
    expect(facts).toEqual({ connectionsAfter: 0, kept: false });
  });

  it("all of that: it ends by itself, with nothing on stderr and no listener that could have hidden something", async () => {
    expect(await application.end()).toEqual({ code: 0, complaints: "", listeners: 0 });
  });
});
