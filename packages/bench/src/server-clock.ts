import { readFileSync } from "node:fs";
import pg from "pg";

/** Processor time in microseconds of each backend process. */
export type BackendTimes = ReadonlyMap<number, number>;

function processorTime(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]) / 1_000;
  } catch {
    return 0;
  }
}

/** Reads what the server's processes for one database have used: only on Linux, of a server on this machine. */
export class ServerClock {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  /** Undefined where the processes cannot be seen: another system, another machine, a container. */
  static async open(url: string): Promise<ServerClock | undefined> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query("select pg_backend_pid() as pid, current_database() as database");
    if (seesProcess(rows[0].pid, rows[0].database)) return new ServerClock(client);
    await client.end();
    return undefined;
  }

  async read(): Promise<BackendTimes> {
    const { rows } = await this.#client.query<{ pid: number }>({
      name: "backends",
      text: "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
    });
    return new Map(rows.map(({ pid }) => [pid, processorTime(pid)]));
  }

  close(): Promise<void> {
    return this.#client.end();
  }
}

// A process of the same number may be another one where the server runs in a container.
function seesProcess(pid: number, database: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(database);
  } catch {
    return false;
  }
}

/** What all backends used between two readings; one that came meanwhile began at 0. */
export function usedBetween(before: BackendTimes, after: BackendTimes): number {
  let used = 0;
  for (const [pid, time] of after) used += time - (before.get(pid) ?? 0);
  return used;
}
