import { sql } from "drizzle-orm";
import { customers } from "../../../src/accounting";
import type { TenantTransaction } from "../../../src/index";
import type { SeenRow } from "./ledger";
import { type Player, type World, write } from "./world";

/** A unit of work between its two writes. */
export interface Moment {
  world: World;
  player: Player;
  other: Player;
  tx: TenantTransaction;
  /** Rows that the transaction has written. */
  written: readonly SeenRow[];
  /** What must have ended before the unit counts as over. */
  later: Promise<unknown>[];
}

/** What goes wrong in the middle of a transaction, and the names of the errors that its caller may get. */
export interface Disturbance {
  endings: readonly string[];
  happen(moment: Moment): Promise<unknown>;
}

/** Thrown by a callback on purpose. */
export class Deliberate extends Error {
  override readonly name = "Deliberate";
}

const foreignRow = ({ tx, other, world }: Moment) => {
  const { id, name } = world.ledger.open(other.tenantId);
  world.ledger.settle([{ tenantId: other.tenantId, id, name }], "undone", "a policy refuses it");
  return tx.insert(customers).values({ tenantId: other.tenantId, companyId: other.companyId, id, name });
};
const pidOf = async ({ tx }: Moment): Promise<number> =>
  Number((await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`, "objects"))[0]?.pid);
const killed = async (moment: Moment) => moment.world.kill(await pidOf(moment));

/** Nothing happens: the transaction commits. */
export const commits: [string, Disturbance] = ["commits", { endings: ["done"], happen: async () => undefined }];

/** Only a part of the transaction fails; the rest commits. */
export const savepointFails: [string, Disturbance] = [
  "commits, a savepoint fails",
  {
    endings: ["done"],
    happen: async ({ world, player, tx }) => {
      const row = world.ledger.open(player.tenantId);
      const part = tx.transaction(async (inner) => {
        await write(inner, player, row);
        throw new Deliberate();
      });
      await part
        .catch((error: unknown) => {
          if (!(error instanceof Deliberate)) throw error;
        })
        .finally(() => world.ledger.settle([row], "undone", "the savepoint failed"));
    },
  },
];

/** The unit fails by itself. */
export const failures: Record<string, Disturbance> = {
  "the callback throws": {
    endings: ["Deliberate"],
    happen: async () => {
      throw new Deliberate();
    },
  },
  "a key is taken": {
    endings: ["UniqueViolationError"],
    happen: async ({ tx, player, written }) => {
      for (const row of written) await write(tx, player, row);
    },
  },
  "a check refuses": {
    endings: ["CheckViolationError"],
    happen: ({ tx, player }) => tx.insert(customers).values({ companyId: player.companyId, name: "" }),
  },
  "a policy refuses a row of another tenant": { endings: ["TenantIsolationError"], happen: foreignRow },
  "the callback swallows a policy's refusal": {
    endings: ["TenantIsolationError"],
    happen: (moment) => foreignRow(moment).catch(() => undefined),
  },
  "a lock is not free in time": {
    endings: ["TimeoutError"],
    happen: ({ tx, player }) =>
      tx.execute(sql`update accounting.customers set city = 'Elsewhere' where id = ${player.lockedId}`),
  },
};

/** As the failures; each holds a connection for as long as a statement may take. */
export const slowFailures: Record<string, Disturbance> = {
  "a statement takes too long": {
    endings: ["TimeoutError"],
    happen: ({ tx }) => tx.execute(sql`select pg_sleep(30)`),
  },
};

/** The unit's own connection is ended by the owner. */
export const kills: Record<string, Disturbance> = {
  "killed between two statements": { endings: ["ConnectionError"], happen: killed },
  "killed during a statement": {
    endings: ["ConnectionError"],
    happen: async (moment) => {
      const pid = await pidOf(moment);
      await Promise.all([moment.tx.execute(sql`select pg_sleep(0.5)`), moment.world.kill(pid)]);
    },
  },
  "killed, and the callback swallows it": {
    endings: ["ConnectionError"],
    happen: async (moment) => {
      await killed(moment);
      await moment.tx.execute(sql`select 1`).catch(() => undefined);
    },
  },
  // It commits first or is killed first; which, the error says, or says that it does not know.
  "killed while it goes on to commit": {
    endings: ["ConnectionError", "done"],
    happen: async (moment) => {
      moment.later.push(moment.world.kill(await pidOf(moment)));
    },
  },
};
