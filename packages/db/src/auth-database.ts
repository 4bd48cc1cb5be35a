import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { EmptyRelations } from "drizzle-orm/relations";
import { guard } from "./client/guarded";
import { openPool, type PoolOptions } from "./client/pool";
import { identitySettings } from "./client/scope";
import { runTransaction } from "./client/scoped-unit";
import { drizzleOn } from "./client/session";
import { SingleStatements, SingleUnit } from "./client/single-statements";
import { type DeletedIdentity, deleteIdentity, setProfileActive } from "./tenancy/identities";
import { account, session, user, verification } from "./tenancy/schema";
import { SignInEventRepository } from "./tenancy/sign-in-events";

/** Better Auth's database: its four tables on the `identity` login, which can touch nothing else, and deleting a person. */
export interface AuthDatabase {
  /** `drizzleAdapter(auth.drizzle, { provider: "pg", schema: auth.tables })` */
  drizzle: NodePgDatabase;
  tables: { user: typeof user; session: typeof session; account: typeof account; verification: typeof verification };
  /**
   * Deletes a person for good, all or nothing: profile, sessions, ways to sign in, and every membership. The accounts in
   * the tenants stay as `removed`, for the documents and the trail that name them, and forget the person. Give it to
   * Better Auth as `user.deleteUser.beforeDelete`, which then finds nothing left to delete step by step.
   * Throws `LastAdminError`, whose `tenants` need another active admin first, before anything is deleted;
   * `ValidationError`, `NotFoundError`.
   */
  deleteIdentity(id: string): Promise<DeletedIdentity>;
  /**
   * Avileo: `is_active` of the profile, the status of a person's account. The person sees it, and only the process that
   * signs people in sets it: ask it there before a session begins. It takes no right away by itself.
   * Throws `ValidationError`, `NotFoundError` for a person who has no profile.
   */
  setProfileActive(id: string, active: boolean): Promise<void>;
  /** What happens before anybody is in a tenant, such as failed sign-ins. */
  securityEvents: SignInEventRepository;
  /** Ends all connections; always ends. */
  close(options?: { graceMs?: number }): Promise<void>;
}

/**
 * What Better Auth's Drizzle adapter is given, over DATABASE_AUTH_URL or `options.url`. Set Better Auth's
 * `advanced.database.generateId` to `"uuid"`, and leave its joins off. Throws `ConfigurationError`.
 */
export function createAuthDatabase(options: PoolOptions = {}): AuthDatabase {
  const pool = openPool("identity", options, createAuthDatabase);
  const none = {} as EmptyRelations;
  const source = { pool, prelude: [], scope: { tenantId: "" }, description: "the auth database" };
  const unit = new SingleUnit(source, (work) => runTransaction(source, work));
  const drizzle = Object.assign(drizzleOn(new SingleStatements(source), none), {
    transaction: <T>(work: (tx: unknown) => Promise<T>) => runTransaction(source, (unit) => work(guard(unit.drizzle))),
  });
  return {
    drizzle: guard(drizzle) as unknown as NodePgDatabase,
    tables: { user, session, account, verification },
    deleteIdentity: async (id) => {
      identitySettings(id);
      return runTransaction(source, (unit) => deleteIdentity(unit, id));
    },
    setProfileActive: async (id, active) => {
      identitySettings(id);
      await setProfileActive(unit, id, active);
    },
    securityEvents: new SignInEventRepository(unit),
    close: (closing) => pool.close(closing),
  };
}
