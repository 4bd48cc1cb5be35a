import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { DeadlockError } from "../core/errors";
import { withRetry } from "./retry";

afterEach(() => vi.useRealTimers());

describe("units that may be repeated", () => {
  it("run one after another for a time after a deadlock, and then at once again, however busy the scope stays", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    let [running, most, isOver] = [0, 0, false];
    const unit = async () => {
      running += 1;
      most = Math.max(most, running);
      await sleep(2);
      running -= 1;
    };
    let isFirst = true;
    await withRetry(true, "busy", async () => {
      if (isFirst) {
        isFirst = false;
        throw new DeadlockError("crossed", { outcome: "rolled-back" });
      }
    });
    const caller = async () => {
      while (!isOver) await withRetry(true, "busy", unit);
    };
    const callers = Promise.all(Array.from({ length: 8 }, caller));
    await sleep(50);
    expect(most).toBe(1);
    vi.advanceTimersByTime(5_000);
    for (let tries = 0; most < 8 && tries < 200; tries += 1) await sleep(10);
    isOver = true;
    await callers;
    expect(most).toBe(8);
  });
});
