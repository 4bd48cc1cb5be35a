import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleValues } from "../../../src/testing/sample-rows";
import type { Arena } from "../arena";
import { attempt, insertInto, quoted } from "../checks/attempt";
import { codeOf, everywhere, inWords, openField, strike, strikeTable, unlessRefused } from "./strikes";

let arena: Arena;

beforeAll(async () => {
  arena = await openField();
});
afterAll(() => arena.close());

const count = (name: string) => `select count(*)::int as n from ${quoted(name)}`;

describe("without a tenant", () => {
  it("attack 1: a read without a scope finds no row of any table", async () => {
    const findings = await everywhere(arena, async (duel, entry) => {
      const unscoped = await attempt(arena.unscoped, {}, { text: count(entry.name) });
      const scoped = await strike(duel, count(entry.name));
      if (!(Number(scoped.rows[0]?.n) > 0)) return "there is nothing to find, so this proves nothing";
      return unscoped.rows[0]?.n === "0" ? undefined : `${inWords(unscoped)}: ${unscoped.rows[0]?.n}`;
    });
    expect(findings).toEqual([]);
  });

  it("attack 2: an insert without a scope is refused in every table", async () => {
    const findings = await everywhere(arena, async (duel, entry) => {
      const { context, mark } = duel.attacker;
      const values = await sampleValues(duel.owner, entry, context, { given: mark });
      return unlessRefused(await strikeTable(duel, entry, insertInto(entry, values), {}, arena.unscoped));
    });
    expect(findings).toEqual([]);
  });

  it("attack 3: an empty tenant, set for the session, finds no row and is no error", async () => {
    const session = await arena.connect("runtime");
    await session.query("select set_config('app.current_tenant_id', '', false)");
    const findings = await everywhere(arena, async (_duel, entry) => {
      const outcome = await attempt(session, {}, { text: count(entry.name) });
      return outcome.rows[0]?.n === "0" ? undefined : inWords(outcome);
    });
    expect(findings).toEqual([]);
  });

  it("attack 3: a setting that was local reads as empty afterwards, not as null, and still finds no row", async () => {
    const session = await arena.connect("runtime");
    const setting = { text: "select current_setting('app.current_tenant_id', true) as tenant" };
    expect((await attempt(session, {}, setting)).rows).toEqual([{ tenant: null }]);
    expect((await attempt(session, arena.duel.attacker.settings, setting)).rows).toEqual([
      { tenant: arena.duel.attacker.settings.tenant },
    ]);
    expect((await attempt(session, {}, setting)).rows).toEqual([{ tenant: "" }]);
    expect((await attempt(session, {}, { text: count("tenancy.users") })).rows).toEqual([{ n: "0" }]);
  });

  it.each(["zzz", "' OR 1=1 --", "{}", "0"])("attack 4: the malformed tenant %s is an error and no row", async (id) => {
    const findings = await everywhere(arena, async ({ login }, entry) => {
      const outcome = await attempt(login, { tenant: id }, { text: `select * from ${quoted(entry.name)}` });
      return unlessRefused(outcome, "22P02");
    });
    expect(findings).toEqual([]);
  });

  it("attack 4: a malformed tenant writes nothing", async () => {
    const { login, owner, attacker } = arena.duel;
    const findings = await everywhere(arena, async (_duel, entry) => {
      const values = await sampleValues(owner, entry, attacker.context, { given: attacker.mark });
      const outcome = await attempt(login, { tenant: "zzz" }, insertInto(entry, values));
      return ["22P02", "42501"].includes(codeOf(outcome)) ? undefined : inWords(outcome);
    });
    expect(findings).toEqual([]);
  });
});
