/** One attempt to start a server process, and the ports it may listen on. */
import { spawn } from "node:child_process";
import { open, readFile, truncate } from "node:fs/promises";
import { connect, createServer } from "node:net";
import type { Binaries } from "./binaries";
import { readPostmaster } from "./postmaster";
import { neutralDirectory, type OsUser, pause, runAs, serverEnvironment } from "./processes";

export interface LaunchRequest {
  directory: string;
  port: number;
  logFile: string;
  /** When to give up, in milliseconds since 1970. */
  deadline: number;
  binaries: Binaries;
  user: OsUser | undefined;
  settings: Record<string, string | number | boolean> | undefined;
}

export type LaunchOutcome = { ready: true; pid: number } | { ready: false; reason: string; log: string };

const logLimitBytes = 10_000_000;

/** Whether something accepts connections on this port of 127.0.0.1. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, timeout: 1_000 });
    const answer = (value: boolean) => {
      socket.destroy();
      resolve(value);
    };
    socket.once("connect", () => answer(true));
    socket.once("timeout", () => answer(false));
    socket.once("error", () => answer(false));
  });
}

function listen(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : undefined));
    });
  });
}

/** Whether this port of 127.0.0.1 could be listened on just now. */
export async function isFree(port: number): Promise<boolean> {
  return (await listen(port)) !== undefined;
}

/** A port of 127.0.0.1 that is free now. Another process may take it first, so the caller must be able to ask again. */
export async function freePort(): Promise<number> {
  return (await listen(0)) ?? 0;
}

/** What the server wrote since this attempt began, without statements: they may hold secrets. */
async function logSince(logFile: string, offset: number): Promise<string> {
  const text = (await readFile(logFile).catch(() => Buffer.alloc(0))).subarray(offset).toString("utf8");
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !/\bSTATEMENT:/.test(line));
  return lines.slice(-20).join("\n");
}

/** Starts the server process and waits until it accepts connections, ends, or the deadline passes. */
export async function launch(request: LaunchRequest): Promise<LaunchOutcome> {
  const { directory, port, logFile, deadline, binaries, user } = request;
  const ours = { listen_addresses: "127.0.0.1", port, unix_socket_directories: "", logging_collector: "off" };
  const settings = { timezone: "UTC", log_timezone: "UTC", ...request.settings, ...ours };
  const args = ["-D", directory, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])];

  const log = await open(logFile, "a", 0o600);
  const { size } = await log.stat();
  if (size > logLimitBytes) await truncate(logFile);
  const offset = size > logLimitBytes ? 0 : size;
  let ended: string | undefined;
  try {
    const child = spawn(binaries.postgres, args, {
      ...runAs(user),
      cwd: neutralDirectory,
      env: serverEnvironment(),
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
      windowsHide: true,
    });
    child.once("error", (error) => {
      ended = `it could not be run (${error.message})`;
    });
    child.once("exit", (code, killedBy) => {
      ended ??= killedBy === null ? `it ended with code ${code}` : `it was ended by ${killedBy}`;
    });
    child.unref();
    while (ended === undefined && Date.now() < deadline) {
      const found = await readPostmaster(directory);
      const isOurs = found?.pid === child.pid && found?.status === "ready";
      if (child.pid !== undefined && isOurs && (await accepts(port))) return { ready: true, pid: child.pid };
      await pause(5);
    }
    if (ended === undefined) {
      child.kill("SIGQUIT");
      for (const limit = Date.now() + 5_000; ended === undefined && Date.now() < limit; ) await pause(20);
      if (ended === undefined) child.kill("SIGKILL");
      ended = "it did not accept connections in time";
    }
  } catch (error) {
    ended = `it could not be run (${error instanceof Error ? error.message : String(error)})`;
  } finally {
    await log.close();
  }
  return { ready: false, reason: ended, log: await logSince(logFile, offset) };
}
