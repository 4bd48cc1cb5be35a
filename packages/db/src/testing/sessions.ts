import pg from "pg";

/**
 * Connections of one login to one test database, used again and again: a new one costs 10 ms of CPU, most of it for the
 * password, and a test arranges and inspects many times.
 */
export class Sessions {
  readonly #url: string;
  readonly #idle: pg.Client[] = [];
  #closed = false;

  constructor(url: string) {
    this.#url = url;
  }

  /**
   * Runs `work` on a connection that nobody else uses meanwhile, in the state of a new one. Throws what connecting or
   * `work` throws; the connection is then given up.
   */
  async use<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = this.#idle.pop() ?? (await this.#open());
    let result: T;
    try {
      result = await work(client);
      await this.#renew(client);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    if (this.#closed) await client.end();
    else this.#idle.push(client);
    return result;
  }

  /** Ends the connections that are not in use; those in use end after their work. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#idle.splice(0).map((client) => client.end()));
  }

  async #open(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.#url, connectionTimeoutMillis: 5_000 });
    // A test may end any session of its database, also one that waits here.
    client.on("error", () => {
      const position = this.#idle.indexOf(client);
      if (position >= 0) this.#idle.splice(position, 1);
    });
    await client.connect();
    return client;
  }

  // Two messages, as DISCARD ALL refuses to run in a transaction.
  async #renew(client: pg.Client): Promise<void> {
    await client.query("rollback");
    await client.query("discard all");
  }
}
