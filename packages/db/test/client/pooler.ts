import { createServer, type Socket } from "node:net";
import pg from "pg";

/** A pooler of transactions that knows nothing of prepared statements, as PgBouncer before 1.21. */
export interface Pooler {
  /** The URL with the pooler's port. */
  url: string;
  close(): Promise<void>;
}

/** A connection to the server, lent to one client until its transaction ends. */
interface Server {
  socket: Socket;
  end(): Promise<void>;
  client: Client | undefined;
}

interface Client {
  socket: Socket;
  server: Server | undefined;
  /** Messages that wait for a server. */
  waiting: Buffer[];
  /** Syncs and simple queries that are not answered yet. */
  unanswered: number;
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0, "latin1");
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** Logged in, the client's encoding, a key that cancels nothing, ready. */
const greeting = Buffer.concat([
  message("R", Buffer.alloc(4)),
  message("S", Buffer.from("client_encoding\0UTF8\0")),
  message("K", Buffer.alloc(8)),
  message("Z", Buffer.from("I")),
]);

/**
 * Starts a pooler on 127.0.0.1 with `size` connections of the login of `target`; whoever connects is that login. A message of
 * a client takes a free connection, the one used last first, and gives it back at a ReadyForQuery outside a transaction.
 */
export async function startPooler(target: string, size: number): Promise<Pooler> {
  const sockets = new Set<Socket>();
  const free: Server[] = [];
  const queue: Client[] = [];

  const lend = (server: Server, client: Client) => {
    server.client = client;
    client.server = server;
    for (const bytes of client.waiting.splice(0)) server.socket.write(bytes);
  };
  const giveBack = (server: Server) => {
    if (server.client) server.client.server = undefined;
    server.client = undefined;
    const next = queue.shift();
    if (next) lend(server, next);
    else free.unshift(server);
  };
  const pass = (client: Client, type: string, bytes: Buffer) => {
    if (type === "S" || type === "Q") client.unanswered += 1;
    if (client.server) {
      client.server.socket.write(bytes);
      return;
    }
    client.waiting.push(bytes);
    const server = queue.includes(client) ? undefined : free.shift();
    if (server) lend(server, client);
    else if (!queue.includes(client)) queue.push(client);
  };

  const servers = await Promise.all(Array.from({ length: size }, () => connectServer(target)));
  for (const server of servers) {
    const answer = messageReader((type, bytes) => {
      const { client } = server;
      if (!client) return;
      client.socket.write(bytes);
      if (type !== "Z") return;
      client.unanswered -= 1;
      if (client.unanswered === 0 && bytes.toString("latin1", 5, 6) === "I") giveBack(server);
    });
    server.socket.on("data", answer);
    free.push(server);
  }

  const pooler = createServer((socket) => {
    const client: Client = { socket, server: undefined, waiting: [], unanswered: 0 };
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      sockets.delete(socket);
      if (queue.includes(client)) queue.splice(queue.indexOf(client), 1);
    });
    const read = messageReader((type, bytes) => (type === "X" ? socket.end() : pass(client, type, bytes)));
    // The start-up message is not read: whoever connects is the pooler's login.
    socket.once("data", () => {
      socket.write(greeting);
      socket.on("data", read);
    });
  });
  await new Promise<void>((done) => pooler.listen(0, "127.0.0.1", done));
  const address = pooler.address();
  if (address === null || typeof address === "string") throw new TypeError("The pooler has no port");
  const url = new URL(target);
  url.hostname = "127.0.0.1";
  url.port = String(address.port);
  return {
    url: url.toString(),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => server.end()));
      await new Promise((done) => pooler.close(done));
    },
  };
}

/** Logs in by pg, and takes the socket over. */
async function connectServer(target: string): Promise<Server> {
  const client = new pg.Client({ connectionString: target });
  client.on("error", () => undefined);
  await client.connect();
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  stream.removeAllListeners("data");
  const end = () =>
    new Promise<void>((resolve) => {
      stream.once("close", () => resolve());
      stream.destroy();
    });
  return { socket: stream, end, client: undefined };
}

/** Cuts a stream into messages: a type, a length and a body. */
function messageReader(take: (type: string, bytes: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 5 && rest.length >= 1 + rest.readInt32BE(1)) {
      const length = 1 + rest.readInt32BE(1);
      const bytes = rest.subarray(0, length);
      rest = rest.subarray(length);
      take(bytes.toString("latin1", 0, 1), bytes);
    }
  };
}
