import { randomBytes, scryptSync, timingSafeEqual } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { APIError, createAuthMiddleware } from "better-auth/api";
import { toNodeHandler } from "better-auth/node";
import { type AuthDatabase, createAuthDatabase, LastAdminError } from "../../src/index";
import { freshEmail } from "./kit/people";

/** A mail that Better Auth asked the application to send. */
export interface Mail {
  to: string;
  token: string;
}

/** Who deletes a person: our operation in Better Auth's hook, as the documents say, or Better Auth's adapter alone. */
export type Deletion = "whole" | "by adapter";

async function deleteWhole(database: AuthDatabase, id: string): Promise<void> {
  try {
    await database.deleteIdentity(id);
  } catch (error) {
    if (!(error instanceof LastAdminError)) throw error;
    throw new APIError("CONFLICT", { code: "LAST_ADMIN", message: error.message, tenants: error.tenants });
  }
}

const derive = (password: string, salt: string) => scryptSync(password, salt, 64, { N: 2 });

/**
 * Passwords hashed by scrypt, as Better Auth does it, at the least cost: at its own, hashing takes more of the machine
 * than all else that these tests do. The page on signing in runs with Better Auth's own.
 */
const cheapHashes = {
  hash: async (secret: string) => {
    const salt = randomBytes(16).toString("hex");
    return `${salt}:${derive(secret, salt).toString("hex")}`;
  },
  verify: async ({ hash, password: secret }: { hash: string; password: string }) => {
    const [salt = "", key = ""] = hash.split(":");
    return timingSafeEqual(Buffer.from(key, "hex"), derive(secret, salt));
  },
};

/** A failed sign-in is reported, whoever it was that tried, and without what was typed. */
const reportFailures = ({ securityEvents }: AuthDatabase) =>
  createAuthMiddleware(async ({ path, headers, context }) => {
    if (path !== "/sign-in/email" || !(context.returned instanceof APIError)) return;
    await securityEvents.report({ type: "sign_in_failed", userAgent: headers?.get("user-agent") });
  });

/** The application's auth server, as `src/tenancy/README.md` shows it. */
function createAuth(database: AuthDatabase, baseURL: string, sent: Mail[], deletion: Deletion) {
  return betterAuth({
    baseURL,
    secret: "only-for-tests-0123456789-abcdefghij",
    database: drizzleAdapter(database.drizzle, { provider: "pg", schema: database.tables, transaction: true }),
    advanced: { database: { generateId: "uuid" } },
    emailAndPassword: {
      enabled: true,
      password: cheapHashes,
      sendResetPassword: async ({ user, token }) => void sent.push({ to: user.email, token }),
    },
    emailVerification: {
      sendOnSignUp: true,
      sendVerificationEmail: async ({ user, token }) => void sent.push({ to: user.email, token }),
    },
    user: {
      deleteUser: {
        enabled: true,
        ...(deletion === "whole" ? { beforeDelete: ({ id }: { id: string }) => deleteWhole(database, id) } : {}),
      },
    },
    hooks: { after: reportFailures(database) },
    telemetry: { enabled: false },
    // Failures are what the tests ask for: they see the answer.
    logger: { disabled: true },
    rateLimit: { enabled: false },
  });
}

export interface AuthServer {
  url: string;
  /** What would have been mailed, oldest first. */
  sent: Mail[];
  close(): Promise<void>;
}

/** Serves Better Auth on a free port of 127.0.0.1, on the identity login. */
export async function startAuthServer(identityUrl: string, deletion: Deletion = "whole"): Promise<AuthServer> {
  const database = createAuthDatabase({ url: identityUrl, max: 3, unsafeLogin: "refuse" });
  const sent: Mail[] = [];
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.on("request", toNodeHandler(createAuth(database, url, sent, deletion)));
  const close = async () => {
    await end(server);
    await database.close({ graceMs: 1_000 });
  };
  return { url, sent, close };
}

function end(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

export interface Session {
  user: { id: string; email: string; name: string; emailVerified: boolean };
  session: { id: string; token: string; userId: string };
}

/** A browser: keeps its cookies, and talks to the server over HTTP. */
export class Browser {
  readonly #url: string;
  readonly #cookies = new Map<string, string>();

  constructor({ url }: AuthServer) {
    this.#url = url;
  }

  /** Cookies as they would be sent; another browser can be given them. */
  get cookies(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  async post(path: string, body: Record<string, unknown> = {}): Promise<{ status: number; body: unknown }> {
    return this.#send(path, { method: "POST", body: JSON.stringify(body) });
  }

  async get(path: string, cookies = this.cookies): Promise<{ status: number; body: unknown }> {
    return this.#send(path, { method: "GET" }, cookies);
  }

  /** The session of this browser, or null when nobody is signed in. */
  async session(cookies = this.cookies): Promise<Session | null> {
    return (await this.get("/get-session", cookies)).body as Session | null;
  }

  async #send(path: string, init: RequestInit, cookies = this.cookies) {
    const response = await fetch(`${this.#url}/api/auth${path}`, {
      ...init,
      redirect: "manual",
      headers: { "content-type": "application/json", origin: this.#url, cookie: cookies },
    });
    for (const cookie of response.headers.getSetCookie()) this.#keep(cookie);
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : (JSON.parse(text) as unknown) };
  }

  #keep(cookie: string): void {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    if (/max-age=0/i.test(cookie)) this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }
}

export const password = "correct horse battery staple";

export interface Person {
  browser: Browser;
  email: string;
  session: Session;
}

/** Signs a person up, and proves the address with the token of the mail. */
export async function signUp(
  server: AuthServer,
  name: string,
  email = freshEmail(name.toLowerCase()),
): Promise<Person> {
  const browser = new Browser(server);
  const { status } = await browser.post("/sign-up/email", { name, email, password });
  if (status !== 200) throw new TypeError(`sign-up answered ${status}`);
  const mail = server.sent.findLast((candidate) => candidate.to === email);
  await browser.get(`/verify-email?token=${mail?.token}`);
  const session = await browser.session();
  if (!session?.user.emailVerified) throw new TypeError("nobody is signed in");
  return { browser, email, session };
}
