import pg from "pg";
import { type Summary, summarise } from "../statistics";

const calls = 300;

/** Milliseconds that the proxy adds to `select 1`: each delayed call against a direct one beside it. */
export async function addedLatency(direct: string, delayed: string): Promise<Summary> {
  const near = new pg.Client({ connectionString: direct });
  const far = new pg.Client({ connectionString: delayed });
  await Promise.all([near.connect(), far.connect()]);
  try {
    const added: number[] = [];
    for (let call = 0; call < calls; call += 1) {
      const directly = await timed(near);
      added.push((await timed(far)) - directly);
    }
    return summarise(added);
  } finally {
    await Promise.all([near.end(), far.end()]);
  }
}

async function timed(client: pg.Client): Promise<number> {
  const started = performance.now();
  await client.query({ name: "one", text: "select 1" });
  return performance.now() - started;
}
