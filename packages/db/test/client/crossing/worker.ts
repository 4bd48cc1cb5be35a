import { createInterface } from "node:readline";
import { createDatabase } from "../../../src/index";

/** What the process is told: whose rows it locks, in which order, and how often. */
export interface Crossing {
  url: string;
  tenantId: string;
  ids: readonly [string, string];
  /** Transactions that run at once. */
  lanes: number;
  /** Transactions of each lane. */
  rounds: number;
}

/** What became of the transactions. */
export interface Crossed {
  failures: string[];
  attempts: number;
}

/*
 * A process of an application whose transactions lock two rows, in both orders. It says `ready`, begins when it is told
 * to, and then says what became of them.
 */
const { url, tenantId, ids, lanes, rounds } = JSON.parse(process.argv[2] ?? "") as Crossing;
const db = createDatabase({ url, max: lanes, unsafeLogin: "refuse" });
const acme = db.forTenant({ tenantId });
const crossed: Crossed = { failures: [], attempts: 0 };

async function lane(number: number): Promise<void> {
  const [first, second] = number % 2 === 0 ? ids : [ids[1], ids[0]];
  for (let round = 0; round < rounds; round += 1) {
    const transaction = acme.transaction(
      async (tx) => {
        crossed.attempts += 1;
        await tx.accounting.customers.update(first, { city: "Locked" });
        await tx.accounting.customers.update(second, { city: "Locked" });
      },
      { retry: true },
    );
    await transaction.catch((error: Error) => crossed.failures.push(error.message));
  }
}

await acme.accounting.customers.getById(ids[0]);
process.stdout.write('"ready"\n');
await new Promise((resolve) => createInterface({ input: process.stdin }).once("line", resolve));
await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)));
process.stdout.write(`${JSON.stringify(crossed)}\n`);
await db.close();
process.exit(0);
