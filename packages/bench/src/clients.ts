import { createDatabase, type Database } from "@org/db";
import { accountingRelations } from "@org/db/accounting";
import { drizzle } from "drizzle-orm/node-postgres";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import type { Tables } from "./kysely-tables";
import type { loadPrisma, Prisma } from "./prisma";

/** Connections of each contestant. */
export const poolSize = 8;

const anHour = 3_600_000;

const drizzleOn = (client: pg.Pool) => drizzle({ client, relations: accountingRelations });

export interface ClientUrls {
  admin: string;
  runtime: string;
}

/**
 * One pool for each library, opened at its first use. All but the repositories log in as the owner and know no
 * tenant: no scope, no policies.
 */
export class Clients {
  readonly #urls: ClientUrls;
  readonly #prismaModule: Awaited<ReturnType<typeof loadPrisma>>;
  readonly #closing: (() => Promise<void>)[] = [];
  #raw: pg.Pool | undefined;
  #drizzle: ReturnType<typeof drizzleOn> | undefined;
  #kysely: Kysely<Tables> | undefined;
  #prisma: Prisma | undefined;
  #repositories: Database | undefined;

  constructor(urls: ClientUrls, prismaModule?: Awaited<ReturnType<typeof loadPrisma>>) {
    this.#urls = urls;
    this.#prismaModule = prismaModule;
  }

  /** A pool of another login. */
  pool(connectionString: string): pg.Pool {
    return this.#closeLater(new pg.Pool({ connectionString, max: poolSize, idleTimeoutMillis: anHour }), (pool) =>
      pool.end(),
    );
  }

  get raw(): pg.Pool {
    this.#raw ??= this.pool(this.#urls.admin);
    return this.#raw;
  }

  /** As its documentation begins: no prepared statements. */
  get drizzle(): ReturnType<typeof drizzleOn> {
    this.#drizzle ??= drizzleOn(this.pool(this.#urls.admin));
    return this.#drizzle;
  }

  get kysely(): Kysely<Tables> {
    this.#kysely ??= new Kysely<Tables>({ dialect: new PostgresDialect({ pool: this.pool(this.#urls.admin) }) });
    return this.#kysely;
  }

  /** Undefined where its client could not be generated. */
  get prisma(): Prisma | undefined {
    const limits = { max: poolSize, idleTimeoutMillis: anHour };
    if (this.#prismaModule && !this.#prisma) {
      this.#prisma = this.#closeLater(
        this.#prismaModule.openPrisma({ connectionString: this.#urls.admin, ...limits }),
        (prisma) => prisma.close(),
      );
    }
    return this.#prisma;
  }

  get repositories(): Database {
    this.#repositories ??= this.#closeLater(
      createDatabase({ url: this.#urls.runtime, max: poolSize, idleTimeoutMillis: anHour, unsafeLogin: "refuse" }),
      (db) => db.close({ graceMs: 1_000 }),
    );
    return this.#repositories;
  }

  async close(): Promise<void> {
    for (const close of this.#closing.splice(0).reverse()) await close();
  }

  #closeLater<T>(client: T, close: (client: T) => Promise<void>): T {
    this.#closing.push(() => close(client));
    return client;
  }
}
