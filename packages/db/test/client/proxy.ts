import { connect, createServer, type Socket } from "node:net";

/** What the proxy does with a message of the client: pass it on, cut before it arrives, or cut before its answer does. */
export type Verdict = "pass" | "cut-before" | "cut-after";

/**
 * A TCP proxy in front of PostgreSQL that counts the client's messages by type, can cut the connection at one, and can
 * fall silent as a network does: connections stay open, and nothing passes in either direction.
 */
export interface WireProxy {
  /** The URL with the proxy's port. */
  url: string;
  /** Messages since the last `reset`, by protocol type: S is Sync, Q a simple query, H Flush, P Parse. */
  readonly counts: Map<string, number>;
  reset(): void;
  /** Judges each message from now on. */
  judge(verdict: (type: string, body: Buffer) => Verdict): void;
  /** Stops forwarding what exists, and answers nothing on new connections either. */
  silence(): void;
  /** Forwards again, first what was held back. */
  pass(): void;
  close(): Promise<void>;
}

/** Starts a proxy on 127.0.0.1 in front of the server of `target`. */
export async function startProxy(target: string): Promise<WireProxy> {
  const server = new URL(target);
  const counts = new Map<string, number>();
  const sockets = new Set<Socket>();
  let silent = false;
  let judgement: (type: string, body: Buffer) => Verdict = () => "pass";
  const proxy = createServer((client) => {
    const upstream = connect(Number(server.port || 5432), server.hostname);
    const cut = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", cut);
      socket.on("close", () => {
        sockets.delete(socket);
        cut();
      });
    }
    let answerIsLost = false;
    const read = messageReader((type, bytes) => {
      counts.set(type, (counts.get(type) ?? 0) + 1);
      const verdict = judgement(type, bytes.subarray(5));
      if (verdict === "cut-before") cut();
      else answerIsLost ||= verdict === "cut-after";
      return verdict !== "cut-before";
    });
    client.on("data", (chunk: Buffer) => {
      if (read(chunk)) upstream.write(chunk);
    });
    upstream.on("data", (chunk: Buffer) => {
      if (answerIsLost) cut();
      else client.write(chunk);
    });
    if (silent) for (const socket of [client, upstream]) socket.pause();
  });
  await new Promise<void>((done) => proxy.listen(0, "127.0.0.1", done));
  const address = proxy.address();
  if (address === null || typeof address === "string") throw new TypeError("The proxy has no port");
  const url = new URL(target);
  url.hostname = "127.0.0.1";
  url.port = String(address.port);
  return {
    url: url.toString(),
    counts,
    reset: () => counts.clear(),
    judge: (verdict) => {
      judgement = verdict;
    },
    silence: () => {
      silent = true;
      for (const socket of sockets) socket.pause();
    },
    pass: () => {
      silent = false;
      for (const socket of sockets) socket.resume();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => proxy.close(done));
    },
  };
}

// The first message of a connection has no type byte; every later one is a type, a length and a body.
function messageReader(take: (type: string, bytes: Buffer) => boolean): (chunk: Buffer) => boolean {
  let rest: Buffer = Buffer.alloc(0);
  let started = false;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const head = started ? 1 : 0;
      if (rest.length < head + 4) return true;
      const length = head + rest.readInt32BE(head);
      if (rest.length < length) return true;
      const message = rest.subarray(0, length);
      rest = rest.subarray(length);
      if (started && !take(message.toString("latin1", 0, 1), message)) return false;
      started = true;
    }
  };
}
