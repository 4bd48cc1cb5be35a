/** What the application does when the whole server fails, or cannot be reached from the start. */
import { setTimeout as sleep } from "node:timers/promises";
import { ensureDb, type TenantDatabase } from "@org/db";
import type { Bench } from "./cases";

/** More than a page of text that does not compress, so that PostgreSQL stores it beside the row. */
const longText = () => Array.from({ length: 400 }, () => crypto.randomUUID()).join("");

function writeLong({ setting }: Bench, to: Pick<TenantDatabase, "accounting">, name: string): Promise<unknown> {
  return to.accounting.customers.create({ companyId: setting.companyId, name, address: longText() });
}

async function names(handle: TenantDatabase): Promise<string[]> {
  return (await handle.accounting.customers.list({ limit: 500 })).items.map((customer) => customer.name);
}

/** How long it takes from now until a call succeeds, as an application that tries again and again. */
async function untilServed(handle: TenantDatabase): Promise<number> {
  const started = performance.now();
  for (;;) {
    const served = await names(handle).then(
      () => true,
      () => false,
    );
    if (served) return Math.round(performance.now() - started);
    await sleep(20);
  }
}

export const serverCases = {
  async dataDiskFull(bench: Bench) {
    const { open, ask, note, report } = bench;
    const { db, handle } = open();
    await handle.accounting.customers.create({ companyId: bench.setting.companyId, name: "Before the disk was full" });
    await ask({ disk: "data full" });
    await note("write", writeLong(bench, handle, "No room"));
    await note(
      "transaction",
      handle.transaction((tx) => writeLong(bench, tx, "No room")),
    );
    await note("read", names(handle));
    report.facts.health = (await db.checkConnectionHealth()).isHealthy;
    await ask({ disk: "data free" });
    await note("write again", writeLong(bench, handle, "Room again"));
    report.facts.names = await names(handle);
    report.facts.pool = db.pool.status();
  },

  async logDiskFull(bench: Bench) {
    const { open, ask, note, report } = bench;
    const { db, handle } = open({ max: 2 });
    await writeLong(bench, handle, "Before the log was full");
    await ask({ disk: "log full" });
    await note("write", writeLong(bench, handle, "Not in the log"));
    await ask({ server: "stop" });
    await note("while it is down", names(handle));
    const health = await db.checkConnectionHealth();
    report.facts.health = health.errors.join();
    await ask({ disk: "log free" });
    await ask({ server: "start" });
    report.facts.servedAfterMs = await untilServed(handle);
    await note("write again", writeLong(bench, handle, "In the log again"));
    report.facts.names = await names(handle);
    report.facts.pool = db.pool.status();
  },

  async serverRestarted(bench: Bench) {
    const { open, ask, note, report } = bench;
    const { db, handle } = open({ max: 3 });
    await Promise.all([names(handle), names(handle), names(handle)]);
    let stopped = () => {};
    const stop = new Promise<void>((resolve) => {
      stopped = resolve;
    });
    const under = note(
      "transaction under way",
      handle.transaction(async (tx) => {
        await tx.accounting.customers.create({ companyId: bench.setting.companyId, name: "Under way" });
        await stop;
        await tx.accounting.customers.list();
      }),
    );
    await names(handle);
    await ask({ server: "stop" });
    stopped();
    await under;
    await note("while it is down", names(handle));
    await note(
      "transaction while it is down",
      handle.transaction(async (tx) => tx.accounting.customers.list()),
    );
    await ask({ server: "start" });
    report.facts.servedAfterMs = await untilServed(handle);
    report.facts.names = await names(handle);
    report.facts.pool = db.pool.status();
  },

  async unreachable(bench: Bench) {
    const { open, note, report, setting } = bench;
    const changed = (change: Partial<Pick<URL, "port" | "password" | "pathname">>) =>
      Object.assign(new URL(setting.url), { password: "canary-of-a-password" }, change).toString();
    const { password } = new URL(setting.url);
    const urls = {
      refused: changed({ port: "1" }),
      "wrong password": changed({}),
      "missing database": changed({ password, pathname: "/there_is_none" }),
    };
    for (const [fault, url] of Object.entries(urls)) {
      const { db, handle } = open({ url, connectionTimeoutMillis: 2_000 });
      await note(`${fault}: start-up`, ensureDb(db));
      await note(`${fault}: call`, names(handle));
      await note(
        `${fault}: transaction`,
        handle.transaction((tx) => tx.accounting.customers.list()),
      );
      const health = await db.checkConnectionHealth();
      report.facts[`${fault}: healthy`] = health.isHealthy;
      report.facts[`${fault}: said`] = health.errors.join();
    }
    await note("next", names(open().handle));
  },
};
