import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Database, TenantDatabase, TenantScope } from "../../../src/index";
import { createTenant, type TestDatabase } from "../../../src/testing";
import { Ledger, type SeenRow } from "./ledger";

/** A tenant of the run, with the scopes that its units work in. */
export interface Player {
  tenantId: string;
  companyId: string;
  /** As a job, as a member, and as a member in one company. */
  handles: readonly TenantDatabase[];
  /** A customer whose row the owner keeps locked: changing it waits until the lock limit. */
  lockedId: string;
}

/** What happened; everything that must not be is in `foreign`, `wrong` and `surprises`. */
export interface Findings {
  /** Rows of other tenants that any read gave. */
  foreign: number;
  wrong: string[];
  /** Units that ended otherwise than planned. */
  surprises: string[];
  /** Units that lost their connection unplanned: a kill that came too late for its own unit met the next one. */
  strays: number;
  reads: number;
  rowsRead: number;
  /** How units ended, by plan and by the name of the error or `done`. */
  endings: Record<string, number>;
}

export interface World {
  db: Database;
  ledger: Ledger;
  players: readonly Player[];
  findings: Findings;
  /** Ends a server process and waits until it is gone. */
  kill(pid: number): Promise<void>;
  /** Ends the process that runs a statement with this text in it; looks for it until it is `over`. */
  killStatement(text: string, over: () => boolean): Promise<void>;
  /** Ends any one connection of the pool. */
  killAny(): Promise<void>;
  /** True when `killAny` is used, so that any unit may lose its connection. */
  strays: boolean;
  asOwner: TestDatabase["asOwner"];
  close(): Promise<void>;
}

export interface WorldOptions {
  /** The database handle to try; the one of `test` when left out. */
  db?: Database;
  tenants: number;
  strays?: boolean;
}

/** Tenants with one customer each, whose row stays locked, and an owner who can end connections. */
export async function openWorld(test: TestDatabase, options: WorldOptions): Promise<World> {
  const { db = test.db, tenants, strays = false } = options;
  const ledger = new Ledger();
  const owner = new pg.Pool({ connectionString: test.urls.admin, max: 4 });
  const holder = new pg.Client({ connectionString: test.urls.admin });
  owner.on("error", () => undefined);
  holder.on("error", () => undefined);
  await holder.connect();
  const players = await Promise.all(Array.from({ length: tenants }, () => newPlayer(test, db, ledger)));
  await holder.query("begin");
  const locked = players.map((player) => player.lockedId);
  await holder.query("select from accounting.customers where id = any ($1::uuid[]) for update", [locked]);
  const login = decodeURIComponent(new URL(test.urls.runtime).username);
  const ours = "datname = current_database() and usename = $1";
  return {
    db,
    ledger,
    players,
    strays,
    findings: { foreign: 0, wrong: [], surprises: [], strays: 0, reads: 0, rowsRead: 0, endings: {} },
    asOwner: test.asOwner,
    kill: async (pid) => {
      await owner.query("select pg_terminate_backend($1)", [pid]);
      // The server's own wait looks every 100 ms; this one is over as soon as the process is.
      const alive = async () => (await owner.query("select from pg_stat_activity where pid = $1", [pid])).rowCount;
      while ((await alive()) !== 0) await sleep(1);
    },
    killStatement: async (text, over) => {
      const find = `select pg_terminate_backend(pid) from pg_stat_activity
        where ${ours} and state = 'active' and query like '%' || $2 || '%'`;
      for (let found = 0; found === 0 && !over(); ) found = (await owner.query(find, [login, text])).rowCount ?? 0;
    },
    killAny: async () => {
      const any = `select pid from pg_stat_activity where ${ours} order by random() limit 1`;
      await owner.query(`select pg_terminate_backend(pid) from (${any}) v`, [login]);
    },
    close: async () => {
      await Promise.all([owner.end(), holder.end()]);
    },
  };
}

async function newPlayer(test: TestDatabase, db: Database, ledger: Ledger): Promise<Player> {
  const { tenant, admin, company } = await createTenant(test);
  const scope: TenantScope = { tenantId: tenant.id };
  const member = { ...scope, userId: admin.id };
  const handles = [scope, member, { ...member, companyId: company.id }].map((each) => db.forTenant(each));
  const row = ledger.open(tenant.id);
  await write(db.forTenant(scope), { companyId: company.id }, row);
  ledger.settle([row], "kept");
  return { tenantId: tenant.id, companyId: company.id, handles, lockedId: row.id };
}

/** The repository call that all units write with. */
export async function write(
  unit: Pick<TenantDatabase, "accounting">,
  { companyId }: Pick<Player, "companyId">,
  row: SeenRow,
): Promise<void> {
  await unit.accounting.customers.create({ companyId, id: row.id, name: row.name });
}
