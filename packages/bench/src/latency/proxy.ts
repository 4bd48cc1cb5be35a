import { connect, createServer, type Socket } from "node:net";

/*
 * A process of its own: passes bytes between the clients and the server, each piece a fixed time after it came.
 * Timers of Node.js count in milliseconds; while something is under way this one sleeps in fractions of one instead.
 */
const [host = "", port = "", delay = ""] = process.argv.slice(2);
const delayMs = Number(delay);

// While it sleeps nothing is read. The operating system ends each sleep later than asked, by about the slack.
const longestSleepMs = 0.1;
const slackMs = 0.05;
const now = () => performance.now();
const signal = new Int32Array(new SharedArrayBuffer(4));

interface Piece {
  due: number;
  to: Socket;
  bytes: Buffer;
}

// All pieces wait equally long, so the queue is in the order of their due times.
let queue: Piece[] = [];
let ticking = false;
let lastLook = 0;

function tick(): void {
  const time = now();
  let sent = 0;
  for (const { due, to, bytes } of queue) {
    if (due > time) break;
    to.write(bytes);
    sent += 1;
  }
  if (sent > 0) queue = queue.slice(sent);
  const [next] = queue;
  ticking = next !== undefined;
  if (!next) return;
  lastLook = now();
  const sleep = Math.min(next.due - lastLook - slackMs, longestSleepMs);
  if (sleep > 0) Atomics.wait(signal, 0, 0, sleep);
  setImmediate(tick);
}

function delayed(from: Socket, to: Socket): void {
  from.setNoDelay(true);
  from.on("data", (bytes: Buffer) => {
    // What is read after a sleep came at some moment of it: on average in the middle.
    const came = ticking ? (lastLook + now()) / 2 : now();
    queue.push({ due: came + delayMs, to, bytes });
    if (ticking) return;
    ticking = true;
    lastLook = came;
    setImmediate(tick);
  });
  from.on("error", () => to.destroy());
  from.on("close", () => to.destroy());
}

const server = createServer((client) => {
  const upstream = connect(Number(port), host);
  delayed(client, upstream);
  delayed(upstream, client);
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address && typeof address === "object") process.send?.(address.port);
});
// The race has ended or was killed.
process.on("disconnect", () => process.exit());
