import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { ConfigurationError } from "../../core/errors";
import { entryPage, type PageLink } from "./page";

/** The one page that may call Studio's server. */
const studioOrigin = "https://local.drizzle.studio";

/** The HTTP server between the browser and drizzle-kit. */
export interface Gate extends PageLink {
  /** The entry page; whoever knows it may read and write the data. */
  url: string;
  close(): Promise<void>;
}

export interface GateOptions {
  port: number;
  /** Where drizzle-kit listens: a socket that no web page and no other user of the machine reaches. */
  socket: string;
  databaseUrl: string;
}

/**
 * Serves drizzle-kit's Studio on 127.0.0.1 to Drizzle Studio's own page alone. A call needs that page's Origin, and the token:
 * a random name below `localhost`, which browsers lead to this machine. Because the token is the Host, a page that does not
 * know it cannot call, a name rebound to 127.0.0.1 does not fit, and Studio's page needs to send nothing of its own.
 * Throws `ConfigurationError` when the port is taken.
 */
export async function openGate({ port, socket, databaseUrl }: GateOptions): Promise<Gate> {
  const host = `${randomBytes(16).toString("hex")}.localhost`;
  const link = { studio: `${studioOrigin}?port=${port}&host=${host}`, databaseUrl };
  const server = createServer((incoming, answer) => {
    if (incoming.headers.host !== `${host}:${port}`) {
      refuse(answer, 403, "Open the link that pnpm db:studio printed: this address serves nothing without its token");
    } else if (incoming.headers.origin === undefined && incoming.method === "GET") {
      sendPage(answer, incoming, link);
    } else if (incoming.headers.origin !== studioOrigin) {
      refuse(answer, 403, `Only ${studioOrigin} may call this`);
    } else if (incoming.method === "OPTIONS") {
      answer.writeHead(204, { ...corsHeaders, ...preflightHeaders(incoming) }).end();
    } else if (incoming.method === "POST" && incoming.url === "/") {
      passOn(incoming, answer, socket);
    } else {
      refuse(answer, 404, "There is nothing here");
    }
  });
  await listen(server, port);
  return {
    ...link,
    url: `http://${host}:${port}/`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(new ConfigurationError(`Port ${port} cannot be used (${error.code}): choose another with --port`)),
    );
    server.listen(port, "127.0.0.1", () => resolve());
  });
}

const corsHeaders = { "access-control-allow-origin": studioOrigin, vary: "Origin" };

function preflightHeaders({ headers }: IncomingMessage): Record<string, string> {
  return {
    "access-control-allow-methods": "POST",
    "access-control-allow-headers": "content-type",
    // Chrome asks before a page of the internet may call this machine.
    ...(headers["access-control-request-private-network"] === "true"
      ? { "access-control-allow-private-network": "true" }
      : {}),
  };
}

function refuse(answer: ServerResponse, status: number, text: string): void {
  answer
    .writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" })
    .end(`${text}\n`);
}

function sendPage(answer: ServerResponse, { url }: IncomingMessage, link: PageLink): void {
  if (url !== "/") {
    refuse(answer, 404, "There is nothing here");
    return;
  }
  const nonce = randomBytes(16).toString("base64");
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    `connect-src ${studioOrigin}`,
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  ];
  answer
    .writeHead(200, {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy.join("; "),
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
    })
    .end(entryPage(link, nonce));
}

/** Sends the call to drizzle-kit. Of its answer the headers are left out by which it admits every page. */
function passOn(incoming: IncomingMessage, answer: ServerResponse, socket: string): void {
  const { "content-type": type = "application/json", "accept-encoding": encoding = "identity" } = incoming.headers;
  const headers = { "content-type": type, "accept-encoding": encoding, host: "localhost" };
  const call = request({ socketPath: socket, method: "POST", path: "/", headers }, (found) => {
    const kept = Object.entries(found.headers).filter(
      ([name]) => !/^(?:access-control-|vary$|connection$|keep-alive$)/.test(name),
    );
    answer.writeHead(found.statusCode ?? 502, { ...Object.fromEntries(kept), ...corsHeaders });
    found.pipe(answer);
  });
  call.once("error", () => {
    if (answer.headersSent) answer.destroy();
    else answer.writeHead(502, corsHeaders).end("drizzle-kit does not answer\n");
  });
  answer.once("close", () => call.destroy());
  incoming.pipe(call);
}
