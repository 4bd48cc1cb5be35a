import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  allPairs,
  refusalOf,
  roleOf,
  type StateMachineEntry,
  stateMachines,
  transitionOf,
} from "../../src/core/states";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import { asLogin } from "../kit/sql";
import { done, dropChecks, insertOf, onlyMachine, pastTriggers, rowOf, tried } from "./rows";
import "../../src/schema";

/** Every transition of every state machine is tried by raw SQL: those that are legal, and those that are not. */
let test: TestDatabase;
let of: TestTenant;

beforeAll(async () => {
  test = await createTestDatabase();
  of = await createTenant(test);
});
afterAll(() => test.close());

const withLogins = <T>(work: (owner: pg.Client, runtime: pg.Client, platform: pg.Client) => Promise<T>): Promise<T> =>
  test.asOwner((owner) =>
    asLogin(test.urls.runtime, (runtime) => asLogin(test.urls.platform, (platform) => work(owner, runtime, platform))),
  );

/** Sets the state past all triggers, and gives the statement that would change it. */
async function going(owner: pg.Client, { table, column }: StateMachineEntry, id: unknown, from: string, to: string) {
  await pastTriggers(owner, table, `update ${table} set ${column} = $1 where id = $2`, [from, id]);
  return { text: `update ${table} set ${column} = $1 where id = $2`, values: [to, id] };
}

const noRight = { code: "42501", message: expect.stringMatching(/^permission denied/) };

const machines = stateMachines().map((machine) => ({ name: `${machine.table}.${machine.column}`, machine }));

describe.each(machines)("the machine of $name", ({ machine }) => {
  const { table, column, states, initial, start } = machine;
  // The platform alone changes a tenant's state: the runtime login has no right on the column.
  const isOfPlatform = table === "tenancy.tenants";

  it("refuses every transition that it does not have, to every login, with its sentence", async () => {
    await withLogins(async (owner, runtime, platform) => {
      const { id } = await rowOf(owner, of, table);
      await dropChecks(owner, table);
      for (const [from, to] of allPairs(machine)) {
        const rule = transitionOf(machine, from, to);
        if (rule && !rule.by) continue;
        const refused = { code: "ZT003", message: refusalOf(machine, from, to) };
        const statement = await going(owner, machine, id, from, to);
        const name = `${from} → ${to}`;
        expect(await tried(runtime, of, statement), name).toEqual(isOfPlatform ? noRight : refused);
        expect(await tried(platform, of, statement), name).toEqual(refused);
      }
    });
  });

  it("makes every transition that it has, those of a role as that role alone", async () => {
    await withLogins(async (owner, runtime, platform) => {
      const { id } = await rowOf(owner, of, table);
      await dropChecks(owner, table);
      for (const [from, to] of allPairs(machine)) {
        const statement = await going(owner, machine, id, from, to);
        await onlyMachine(owner, machine);
        const name = `${from} → ${to}`;
        const rule = transitionOf(machine, from, to);
        if (rule && !rule.by) {
          expect(await tried(isOfPlatform ? platform : runtime, of, statement), name).toEqual(done);
        }
        const role = roleOf(machine, from, to);
        if (role) expect(await tried(owner, of, statement, role), `${name} by ${role}`).toEqual(done);
      }
      await owner.query(`alter table ${table} enable trigger user`);
    });
  });

  it("lets a new record begin only in its first states", async () => {
    await withLogins(async (owner, runtime, platform) => {
      await dropChecks(owner, table);
      const row = await insertOf(owner, of, table);
      await onlyMachine(owner, machine);
      for (const state of states) {
        const statement = row({ [column]: state });
        const expected = initial.includes(state) ? done : { code: "ZT003", message: start };
        expect(await tried(runtime, of, statement), state).toEqual(isOfPlatform ? noRight : expected);
        expect(await tried(platform, of, statement), state).toEqual(expected);
      }
      await owner.query(`alter table ${table} enable trigger user`);
    });
  });

  it("sees the state that is stored, whatever a trigger that fires later makes of it", async () => {
    const [from, to] = allPairs(machine).find((pair) => !transitionOf(machine, ...pair)) ?? [];
    if (from === undefined) return;
    await withLogins(async (owner, _runtime, platform) => {
      const { id } = await rowOf(owner, of, table);
      await dropChecks(owner, table);
      await going(owner, machine, id, from, from);
      await owner.query(`create function public.go_round() returns trigger language plpgsql as $$
        begin new.${column} := '${to}'; return new; end $$`);
      await owner.query(`create trigger zzz_go_round before insert or update on ${table}
        for each row execute function public.go_round()`);
      const update = { text: `update ${table} set ${column} = $1 where id = $2`, values: [from, id] };
      expect(await tried(platform, of, update)).toEqual({ code: "ZT003", message: refusalOf(machine, from, to ?? "") });
      if (!initial.includes(to ?? "")) {
        const insert = await insertOf(owner, of, table);
        await owner.query(`alter table ${table} disable trigger user`);
        await owner.query(`alter table ${table} enable trigger zzz_go_round`);
        await owner.query(`alter table ${table} enable trigger keep_${column}_insert`);
        expect(await tried(platform, of, insert({}))).toEqual({ code: "ZT003", message: start });
        await owner.query(`alter table ${table} enable trigger user`);
      }
      await owner.query("drop function public.go_round() cascade");
    });
  });
});

describe("a rule of a machine with a condition", () => {
  const conditional = stateMachines().flatMap((machine) =>
    machine.transitions.flatMap(({ unless }) => (unless ? [{ table: machine.table, machine, unless }] : [])),
  );

  it("is there", () =>
    expect(conditional.map(({ table }) => table)).toEqual(["accounting.invoices", "accounting.bills"]));

  it.each(conditional)("holds for credit notes of $table, which are not set to paid by hand", async ({ machine }) => {
    await withLogins(async (owner, runtime) => {
      const { table } = machine;
      const { id } = await rowOf(owner, of, table);
      await dropChecks(owner, table);
      await pastTriggers(owner, table, `update ${table} set kind = 'credit_note' where id = $1`, [id]);
      for (const from of machine.states.slice(1, 3)) {
        const statement = await going(owner, machine, id, from, "paid");
        const message = "A credit note is not paid: allocate it";
        expect(await tried(runtime, of, statement), from).toEqual({ code: "ZT003", message });
        await onlyMachine(owner, machine);
        expect(await tried(owner, of, statement, "ledger_writer"), from).toEqual(done);
        await owner.query(`alter table ${table} enable trigger user`);
      }
    });
  });
});
