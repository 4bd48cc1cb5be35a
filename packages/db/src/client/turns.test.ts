import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Turns } from "./turns";

/** Work that ends when it is told to. */
function openWork(log: string[], name: string) {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const work = async () => {
    log.push(`${name} begins`);
    await ended;
    log.push(`${name} ends`);
    return name;
  };
  return { work, end };
}

describe("turns", () => {
  it("run work of a key one after another, in the order in which it came, also after a failure", async () => {
    const turns = new Turns();
    const log: string[] = [];
    const [first, second] = [openWork(log, "first"), openWork(log, "second")];
    const running = [
      turns.inTurn("a", 10_000, first.work),
      turns.inTurn("a", 10_000, () => Promise.reject(new RangeError("no"))).catch(() => log.push("failed")),
      turns.inTurn("a", 10_000, second.work),
      turns.inTurn("b", 10_000, async () => log.push("another key")),
    ];
    await running[3];
    expect(log).toEqual(["first begins", "another key"]);
    expect(turns.has("a")).toBe(true);
    second.end();
    first.end();
    expect(await running[0]).toBe("first");
    await Promise.all(running);
    expect(log.slice(2)).toEqual(["first ends", "failed", "second begins", "second ends"]);
    await nextTurn();
    expect([turns.has("a"), turns.has("b")]).toEqual([false, false]);
  });

  it("let work go ahead that waited for the longest time, and keep the order behind it", async () => {
    const turns = new Turns();
    const log: string[] = [];
    const stuck = openWork(log, "stuck");
    const held = turns.inTurn("a", 10_000, stuck.work);
    await turns.inTurn("a", 20, async () => log.push("went ahead"));
    expect(log).toEqual(["stuck begins", "went ahead"]);
    expect(turns.has("a")).toBe(true);
    stuck.end();
    await held;
    await turns.inTurn("a", 10_000, async () => log.push("next"));
    await nextTurn();
    expect(turns.has("a")).toBe(false);
  });
});
