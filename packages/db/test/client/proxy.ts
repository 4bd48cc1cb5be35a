import { connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

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

export interface ProxyOptions {
  /** Holds back each ReadyForQuery for a moment, as a network may cut the server's stream there. */
  lateReady?: boolean;
  /** Rewrites messages of the server; `bytes` is a whole message, type and length included. */
  rewrite?: (type: string, bytes: Buffer) => Buffer;
}

/** Starts a proxy on 127.0.0.1 in front of the server of `target`. */
export async function startProxy(target: string, { lateReady, rewrite }: ProxyOptions = {}): Promise<WireProxy> {
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
    let sent = Promise.resolve();
    const forward = messageReader((type, bytes) => {
      const message = Buffer.from(rewrite?.(type, bytes) ?? bytes);
      sent = sent.then(async () => {
        if (lateReady && type === "Z") await sleep(1);
        client.write(message);
      });
      return true;
    }, true);
    upstream.on("data", (chunk: Buffer) => {
      if (answerIsLost) cut();
      else if (lateReady || rewrite) forward(chunk);
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

// A client's first message has no type byte; every later one, and all of the server's, is a type, a length and a body.
function messageReader(take: (type: string, bytes: Buffer) => boolean, started = false): (chunk: Buffer) => boolean {
  let rest: Buffer = Buffer.alloc(0);
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
