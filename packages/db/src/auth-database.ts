import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { EmptyRelations } from "drizzle-orm/relations";
import { ConnectionPool, type PoolOptions } from "./client/pool";
import { runTransaction } from "./client/scoped-unit";
import { drizzleOn } from "./client/session";
import { SingleStatements } from "./client/single-statements";
import { account, session, user, verification } from "./tenancy/schema";

/** Better Auth's database: its four tables on the `identity` login, which can touch nothing else. */
export interface AuthDatabase {
  /** `drizzleAdapter(auth.drizzle, { provider: "pg", schema: auth.tables })` */
  drizzle: NodePgDatabase;
  tables: { user: typeof user; session: typeof session; account: typeof account; verification: typeof verification };
  /** Ends all connections; always ends. */
  close(options?: { graceMs?: number }): Promise<void>;
}

/**
 * What Better Auth's Drizzle adapter is given, over DATABASE_AUTH_URL or `options.url`. Set Better Auth's
 * `advanced.database.generateId` to `"uuid"`, and leave its joins off. Throws `ConfigurationError`.
 */
export function createAuthDatabase(options: PoolOptions = {}): AuthDatabase {
  const pool = new ConnectionPool("identity", options);
  const none = {} as EmptyRelations;
  const source = { pool, prelude: [], scope: { tenantId: "" }, description: "the auth database" };
  const drizzle = Object.assign(drizzleOn(new SingleStatements(pool, [], "the auth database"), none), {
    transaction: <T>(work: (tx: unknown) => Promise<T>) => runTransaction(source, (unit) => work(unit.drizzle)),
  });
  return {
    drizzle: drizzle as unknown as NodePgDatabase,
    tables: { user, session, account, verification },
    close: (closing) => pool.close(closing),
  };
}
