import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface Delay {
  /** The same URL by way of the proxy. */
  url(target: string): string;
  close(): Promise<void>;
}

/** A proxy in front of the server of `target` that holds each message back for `milliseconds` on each way. */
export async function startDelay(target: string, milliseconds: number): Promise<Delay> {
  const server = new URL(target);
  const child = fork(
    fileURLToPath(new URL("proxy.ts", import.meta.url)),
    [server.hostname, server.port || "5432", String(milliseconds)],
    // Where tsx is found, wherever the bench was called from.
    { execArgv: ["--import", "tsx"], cwd: fileURLToPath(new URL("../../../..", import.meta.url)) },
  );
  const [port] = await Promise.race([
    once(child, "message"),
    once(child, "exit").then(() => {
      throw new Error("The latency proxy did not start");
    }),
  ]);
  return {
    url: (text) => {
      const url = new URL(text);
      url.hostname = "127.0.0.1";
      url.port = String(port);
      return url.toString();
    },
    close: async () => {
      const exit = once(child, "exit");
      child.disconnect();
      await exit;
    },
  };
}
