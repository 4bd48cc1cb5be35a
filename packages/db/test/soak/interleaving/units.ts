import { sql } from "drizzle-orm";
import { DatabaseError } from "../../../src/index";
import type { Disturbance } from "./disturbances";
import type { SeenRow } from "./ledger";
import { readAll, readForeign } from "./reads";
import { type Player, type World, write } from "./world";

/** Who works in a unit: a tenant in one of its scopes, a different tenant, and the way it reads. */
export interface Cast {
  player: Player;
  other: Player;
  /** A number from which the unit takes its scope and its way of reading. */
  turn: number;
}

const handleOf = ({ player, turn }: Cast) => {
  const handle = player.handles[turn % player.handles.length];
  if (!handle) throw new TypeError("A player needs a handle");
  return handle;
};

/** Runs a unit, settles what it wrote by what its caller is told, and notes an ending that was not planned. */
async function settle(world: World, plan: string, endings: readonly string[], rows: SeenRow[], work: Promise<unknown>) {
  let ending = "done";
  try {
    await work;
    world.ledger.settle(rows, "kept");
  } catch (error) {
    ending = error instanceof Error ? error.name : String(error);
    const unknown = error instanceof DatabaseError && error.outcome === "unknown";
    world.ledger.settle(rows, unknown ? "unknown" : "undone", `${plan}: ${error}`);
    if (!endings.includes(ending)) {
      if (ending === "ConnectionError") world.findings.strays += 1;
      else world.findings.surprises.push(`${plan}: ${error}`);
    }
    if (unknown) ending += ", unknown";
  }
  if (ending === "done" && !endings.includes("done")) world.findings.surprises.push(`${plan}: it succeeded`);
  const key = `${plan}: ${ending}`;
  world.findings.endings[key] = (world.findings.endings[key] ?? 0) + 1;
}

/** One transaction: write, read, be disturbed, write again, read again. */
export async function transactionUnit(world: World, cast: Cast, plan: string, disturbance: Disturbance): Promise<void> {
  const { player, other, turn } = cast;
  const rows = [world.ledger.open(player.tenantId), world.ledger.open(player.tenantId)];
  const [first, second] = rows as [SeenRow, SeenRow];
  const later: Promise<unknown>[] = [];
  const work = handleOf(cast).transaction(async (tx) => {
    await write(tx, player, first);
    if (turn % 2 === 0) await readAll(world, player, tx, [first], turn / 2);
    await disturbance.happen({ world, player, other, tx, written: [first], later });
    await write(tx, player, second);
    if (turn % 3 === 0) await readAll(world, player, tx, rows, turn);
    if (turn % 3 === 1) await readForeign(world, player, tx, other);
  });
  await settle(world, plan, disturbance.endings, rows, work);
  await Promise.all(later);
}

/** A single repository call: a transaction of its own, in one round trip. */
export async function singleWrite(world: World, cast: Cast): Promise<void> {
  const row = world.ledger.open(cast.player.tenantId);
  await settle(world, "single write", ["done"], [row], write(handleOf(cast), cast.player, row));
}

/** A single write whose connection is ended while it runs. */
export async function killedWrite(world: World, cast: Cast): Promise<void> {
  const row = world.ledger.open(cast.player.tenantId);
  let over = false;
  const insert = sql`insert into accounting.customers (company_id, id, name)
    select ${cast.player.companyId}, ${row.id}, ${row.name} from pg_sleep(0.9) /* ${sql.raw(row.id)} */`;
  const work = handleOf(cast)
    .execute(insert)
    .finally(() => {
      over = true;
    });
  const kill = world.killStatement(row.id, () => over);
  await settle(world, "single write, killed", ["ConnectionError"], [row], work);
  await kill;
}

/** A read outside of any transaction of ours. */
export async function singleRead(world: World, cast: Cast): Promise<void> {
  const { player, other, turn } = cast;
  const work = async () => {
    await readAll(world, player, handleOf(cast), [], turn);
    if (turn % 3 === 0) await readForeign(world, player, handleOf(cast), other);
  };
  await settle(world, "single read", ["done"], [], work());
}
