import { createAuthDatabase, createConnectionPool, createDatabase, ensureDb } from "../../src/index";
import { withAdmin } from "../../src/operations/admin";
import type { Bench, FailingPath } from "./bench";
import { canaries as c } from "./canaries";

type Parts = Partial<Pick<URL, "username" | "password" | "hostname" | "port" | "pathname" | "search">>;

/** A URL of the test's server with other parts. */
const changed = (url: string, parts: Parts) => Object.assign(new URL(url), parts).toString();

/** A login that does not exist, because a server may be set to trust the passwords of those that do. */
const stranger = { username: "org_db_no_such_login" };

const quick = { connectionTimeoutMillis: 2_000 };

/** Runs work with other variables in the environment. */
async function inEnvironment<T>(variables: Record<string, string>, work: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  try {
    return await work();
  } finally {
    for (const name of Object.keys(variables)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
}

const malformed = [
  `postgres//app:${c.runtimePassword}@h/db`,
  `mysql://app:${c.runtimePassword}@h/db`,
  `postgresql://app:${c.runtimePassword}@h:99999/db`,
  `postgresql://app:${c.runtimePassword}%zz@h/db`,
  `postgresql://app:${c.runtimePassword}@h/db?sslmode=${c.text}`,
  `postgresql://app:${c.runtimePassword}@h/db?sslmode=verify-full&sslrootcert=/there/is/none.pem`,
  `postgresql://:${c.runtimePassword}@h`,
  c.runtimePassword,
];

const configuration: FailingPath[] = [
  ...malformed.map(
    (url, index): FailingPath => ({
      name: `a malformed connection string (${index + 1})`,
      code: "CONFIGURATION_INVALID",
      holds: ["runtimePassword"],
      run: async () => createDatabase({ url }),
    }),
  ),
  {
    name: "a malformed connection string in the environment",
    code: "CONFIGURATION_INVALID",
    holds: ["adminPassword"],
    run: () =>
      inEnvironment({ DATABASE_ADMIN_URL: `postgresql://a:${c.adminPassword}@h:0/db` }, () =>
        withAdmin(undefined, () => Promise.resolve()),
      ),
  },
  {
    name: "a limit in the environment that is no number",
    code: "CONFIGURATION_INVALID",
    holds: ["encryptionKey"],
    run: ({ urls }) =>
      inEnvironment({ DB_QUERY_TIMEOUT: c.encryptionKey, DB_CONNECTION_LIMIT: "-1" }, async () =>
        createConnectionPool({ url: urls.runtime }),
      ),
  },
  {
    name: "an option that is no number",
    code: "CONFIGURATION_INVALID",
    holds: ["text"],
    run: async ({ urls }) => createConnectionPool({ url: urls.runtime, max: c.text as never }),
  },
];

const refused = { code: "CONNECTION_FAILED", sqlState: "28P01" } as const;

const logins: FailingPath[] = [
  {
    ...refused,
    name: "a wrong password at start-up",
    holds: ["runtimePassword"],
    run: ({ open, urls }) =>
      ensureDb(open({ ...quick, url: changed(urls.runtime, { ...stranger, password: c.runtimePassword }) })),
  },
  {
    ...refused,
    name: "a wrong password with characters that a URL encodes, at a call",
    holds: ["encodedPassword", "text"],
    run: ({ tenantOn, urls, companyId }) =>
      tenantOn({
        ...quick,
        url: changed(urls.runtime, { ...stranger, password: encodeURIComponent(c.encodedPassword) }),
      }).accounting.customers.create({ companyId, name: c.text }),
  },
  {
    ...refused,
    name: "a wrong password in the query of the URL, in a transaction",
    holds: ["queryPassword"],
    run: ({ tenantOn, urls }) =>
      tenantOn({
        ...quick,
        url: changed(urls.runtime, { ...stranger, password: "", search: `?password=${c.queryPassword}` }),
      }).transaction((tx) => tx.accounting.customers.list()),
  },
  {
    ...refused,
    name: "a wrong password from PGPASSWORD",
    holds: ["environmentPassword"],
    run: ({ open, urls }) =>
      inEnvironment({ PGPASSWORD: c.environmentPassword }, () =>
        ensureDb(open({ ...quick, url: changed(urls.runtime, { ...stranger, password: "" }) })),
      ),
  },
  {
    ...refused,
    name: "a wrong password of the platform login",
    holds: ["runtimePassword", "text"],
    run: ({ open, urls }) =>
      open({ ...quick, platformUrl: changed(urls.platform, { ...stranger, password: c.runtimePassword }) })
        .platform({ actor: c.text, reason: c.text })
        .listTenants(),
  },
  {
    ...refused,
    name: "a wrong password of the identity login",
    holds: ["runtimePassword"],
    run: async ({ urls }) => {
      const url = changed(urls.identity, { ...stranger, password: c.runtimePassword });
      const auth = createAuthDatabase({ ...quick, url });
      return auth.drizzle.select().from(auth.tables.user);
    },
  },
  {
    ...refused,
    name: "a wrong password of the admin login",
    holds: ["adminPassword"],
    run: ({ urls }) =>
      withAdmin(changed(urls.admin, { ...stranger, password: c.adminPassword }), () => Promise.resolve()),
  },
];

const nowhere = (bench: Bench, parts: Parts) =>
  ensureDb(bench.open({ ...quick, url: changed(bench.urls.runtime, { password: c.runtimePassword, ...parts }) }));

const networks: FailingPath[] = [
  {
    name: "a port where nothing listens",
    code: "CONNECTION_FAILED",
    holds: ["runtimePassword"],
    run: (bench) => nowhere(bench, { port: "1" }),
  },
  {
    name: "a host that does not exist",
    code: "CONNECTION_FAILED",
    holds: ["runtimePassword"],
    run: (bench) => nowhere(bench, { hostname: "there-is-none.invalid" }),
  },
  {
    name: "a server that speaks no TLS",
    code: "CONNECTION_FAILED",
    holds: ["runtimePassword"],
    run: (bench) => nowhere(bench, { search: "?sslmode=verify-full" }),
  },
  {
    name: "a database that does not exist",
    code: "CONNECTION_FAILED",
    sqlState: "3D000",
    holds: [],
    run: ({ open, urls }) => ensureDb(open({ url: changed(urls.runtime, { pathname: "/there_is_none" }) })),
  },
  {
    name: "a login that could bypass isolation",
    code: "UNSAFE_ROLE",
    holds: [],
    run: ({ open, urls }) => ensureDb(open({ url: urls.admin, unsafeLogin: "refuse" })),
  },
  {
    name: "a health check that fails, which is a report and no error",
    code: undefined,
    holds: ["runtimePassword"],
    run: async ({ open, urls }) => {
      const broken = open({ ...quick, url: changed(urls.runtime, { ...stranger, password: c.runtimePassword }) });
      const health = await broken.checkConnectionHealth();
      if (health.isHealthy) throw new TypeError("A wrong password cannot be healthy");
      return health;
    },
  },
  {
    name: "a handle that is closed",
    code: "DATABASE_ERROR",
    holds: ["text"],
    run: async ({ open, tenantId, companyId }) => {
      const db = open();
      await db.close();
      return db.forTenant({ tenantId }).accounting.customers.create({ companyId, name: c.text });
    },
  },
];

/** Connections that cannot be made, each with a password in the URL or in the environment. */
export const connectionPaths: FailingPath[] = [...configuration, ...logins, ...networks];
