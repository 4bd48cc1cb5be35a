/** A small process that outlives ours just long enough to clear up after it, however it ended. */
import { type ChildProcess, spawn } from "node:child_process";
import { Socket } from "node:net";
import { neutralDirectory, serverEnvironment } from "./processes";

/**
 * Plain JavaScript in a string, so that it needs no file beside it and runs from a bundle too. It waits for the end of
 * its standard input, which the system closes when the owner dies, then stops the server and removes the folder.
 */
const script = `
const { existsSync, readFileSync, rmSync } = require("node:fs");
const [folder, data] = process.argv.slice(1);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const serverPid = () => {
  try {
    const pid = Number(readFileSync(data + "/postmaster.pid", "utf8").split("\\n")[0]);
    process.kill(pid, 0);
    if (process.platform !== "linux") return pid;
    return readFileSync("/proc/" + pid + "/cmdline", "utf8").split("\\0").includes(data) ? pid : 0;
  } catch {
    return 0;
  }
};
const clear = async () => {
  for (let round = 0; existsSync(folder) && round < 100; round++) {
    const pid = serverPid();
    if (pid > 0) {
      process.kill(pid, round < 50 ? "SIGQUIT" : "SIGKILL");
      for (let turn = 0; turn < 20 && serverPid() === pid; turn++) await pause(10);
    } else {
      try { rmSync(folder, { recursive: true, force: true, maxRetries: 5 }); } catch {}
      await pause(100);
    }
  }
  process.exit(0);
};
process.stdin.on("end", clear).on("error", clear).resume();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => undefined);
`;

export interface Watchdog {
  pid: number;
  /** Ends the watchdog, and waits for its end. */
  release(): Promise<void>;
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once("exit", () => resolve()));
}

/** Starts a watchdog over this folder and the server of the data directory in it. It does not keep us alive. */
export function startWatchdog(folder: string, dataDirectory: string): Watchdog {
  const child = spawn(process.execPath, ["-e", script, folder, dataDirectory], {
    cwd: neutralDirectory,
    env: serverEnvironment(),
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    windowsHide: true,
  });
  child.on("error", () => undefined);
  child.stdin.on("error", () => undefined);
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  return {
    pid: child.pid ?? 0,
    release: async () => {
      if (child.pid === undefined) return;
      child.ref();
      const timer = setTimeout(() => child.kill("SIGKILL"), 15_000);
      child.stdin.end();
      await ended(child);
      clearTimeout(timer);
    },
  };
}
