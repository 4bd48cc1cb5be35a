import { afterAll, describe, expect, it } from "vitest";
import { developmentServerStatus } from "../../src/testing/server/development";
import { makeCheckout, runTool } from "./run-tool";

const checkout = makeCheckout();
const run = (...args: string[]) => runTool(args, checkout.root);
const isRunning = async () => (await developmentServerStatus({ root: checkout.root })).running;

afterAll(async () => {
  if (await isRunning()) await run("down");
  checkout.remove();
});

describe("db:up and db:down", () => {
  it("start a migrated server that outlives the command, and stop it; its data stays", async () => {
    const up = await run("up");
    expect(up.code, up.output).toBe(0);
    expect(await isRunning()).toBe(true);
    expect((await run("migrate", "--dry-run")).output).toContain("Nothing is pending");
    expect((await run("seed")).output).toContain("Wrote the demo tenant");
    expect(await isRunning()).toBe(true);
    expect(await run("down")).toMatchObject({ code: 0 });
    expect(await isRunning()).toBe(false);
    expect((await run("seed")).output).toContain("is there already");
    expect(await isRunning()).toBe(false);
  });
});
