import { connect, createServer, type Socket } from "node:net";

/** A TCP relay that can fall silent as a network does: connections stay open, and nothing passes in either direction. */
export interface Relay {
  /** The URL with the relay's port. */
  url: string;
  /** Stops forwarding what exists, and answers nothing on new connections either. */
  silence(): void;
  /** Forwards again, first what was held back. */
  pass(): void;
  close(): Promise<void>;
}

/** Starts a relay on 127.0.0.1 in front of the server of `target`. */
export async function startRelay(target: string): Promise<Relay> {
  const server = new URL(target);
  const sockets = new Set<Socket>();
  let silent = false;
  const relay = createServer((client) => {
    const upstream = connect(Number(server.port || 5432), server.hostname);
    const ends: [Socket, Socket][] = [
      [client, upstream],
      [upstream, client],
    ];
    for (const [from, to] of ends) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on("data", (chunk: Buffer) => to.write(chunk));
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.end();
      });
      if (silent) from.pause();
    }
  });
  await new Promise<void>((done) => relay.listen(0, "127.0.0.1", done));
  const address = relay.address();
  if (address === null || typeof address === "string") throw new TypeError("The relay has no port");
  const url = new URL(target);
  url.hostname = "127.0.0.1";
  url.port = String(address.port);
  return {
    url: url.toString(),
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
      await new Promise((done) => relay.close(done));
    },
  };
}
