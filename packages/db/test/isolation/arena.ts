import pg from "pg";
import { createTestDatabase, type TestDatabase } from "../../src/testing";
import { type Duel, newTenantSide } from "./checks/duel";
import "../../src/domains";

/** A database with two tenants, and raw connections of each login. */
export interface Arena {
  test: TestDatabase;
  /** Tenant A attacks tenant B. */
  duel: Duel;
  /** A connection of the runtime login on which no scope is ever set. */
  unscoped: pg.Client;
  connect(login: keyof TestDatabase["urls"]): Promise<pg.Client>;
  close(): Promise<void>;
}

/** A database of its own for one test file. */
export async function openArena(): Promise<Arena> {
  const test = await createTestDatabase();
  const clients: pg.Client[] = [];
  const connect = async (login: keyof TestDatabase["urls"]) => {
    const client = new pg.Client({ connectionString: test.urls[login] });
    clients.push(client);
    await client.connect();
    return client;
  };
  const owner = await connect("admin");
  const attacker = await newTenantSide(owner, "A");
  const victim = await newTenantSide(owner, "B");
  return {
    test,
    duel: { owner, login: await connect("runtime"), wall: "tenant_id", attacker, victim },
    unscoped: await connect("runtime"),
    connect,
    close: async () => {
      await Promise.all(clients.map((client) => client.end()));
      await test.close();
    },
  };
}
