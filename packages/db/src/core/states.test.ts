import { describe, expect, expectTypeOf, it } from "vitest";
import { stateTriggers } from "./state-triggers";
import { picture, refusalOf, type StateOf, stateMachine, stateMachines } from "./states";

const door = stateMachine({
  table: "house.doors",
  states: ["shut", "open", "locked"],
  initial: ["shut"],
  transitions: [
    { from: "shut", to: "open" },
    { from: "open", to: "shut", unless: { is: "new.is_stuck", sentence: "It's stuck" } },
    { from: "shut", to: "locked", by: "key_holder" },
  ],
  start: "A new door is shut",
  refusals: [
    { from: "locked", sentence: "A locked door does not go {from} to {to}" },
    { from: "locked", to: "open", sentence: "Unlock it first" },
    { sentence: "No" },
  ],
});

const machine = stateMachines().find(({ table }) => table === "house.doors");
if (!machine) throw new TypeError("The machine is not registered");

describe("a state machine", () => {
  it("is a choice: list, union and schema under one name", () => {
    expect(door.values).toEqual(["shut", "open", "locked"]);
    expectTypeOf<StateOf<typeof door>>().toEqualTypeOf<"shut" | "open" | "locked">();
    expect(door.zod.safeParse("ajar").success).toBe(false);
    expect(machine.column).toBe("status");
  });

  it("refuses with its most exact sentence", () => {
    expect(refusalOf(machine, "locked", "open")).toBe("Unlock it first");
    expect(refusalOf(machine, "locked", "shut")).toBe("A locked door does not go locked to shut");
    expect(refusalOf(machine, "open", "locked")).toBe("No");
    expect(refusalOf(machine, "open", "shut")).toBe("It's stuck");
  });

  it("is drawn with a line for each state", () => {
    expect(picture(machine)).toBe(
      ["● shut   → open, locked (key_holder)", "  open   → shut", "  locked (final)"].join("\n"),
    );
  });

  it("names its legal pairs in triggers that fire before the CHECKs and after every other trigger", () => {
    const triggers = stateTriggers(machine);
    expect(triggers.map(({ name }) => name)).toEqual([
      "house.doors.guard_status_insert",
      "house.doors.keep_status_insert",
      "house.doors.guard_status_update",
      "house.doors.keep_status_update",
    ]);
    expect(triggers[2]?.text).toBe(`create trigger guard_status_update before update on house.doors
  for each row when (new.status <> old.status and (old.status || ' ' || new.status in ('shut open')
    or (current_user = 'key_holder' and old.status || ' ' || new.status in ('shut locked'))
    or (not (new.is_stuck) and old.status || ' ' || new.status in ('open shut'))) is not true)
  execute function tenancy.refuse_transition('status', '{"locked *":"A locked door does not go {from} to {to}","locked open":"Unlock it first","* *":"No","open shut":"It''s stuck"}')`);
  });

  it("may begin in a further state where one role writes", () => {
    stateMachine({
      table: "house.shutters",
      states: ["planned", "hung"],
      initial: ["planned"],
      initialBy: { role: "key_holder", states: ["hung"] },
      transitions: [{ from: "planned", to: "hung", by: "key_holder" }],
      start: "A new shutter is planned",
      refusals: [{ sentence: "No" }],
    });
    const shutters = stateMachines().find(({ table }) => table === "house.shutters");
    if (!shutters) throw new TypeError("The machine is not registered");
    expect(picture(shutters)).toBe("● planned → hung (key_holder)\n○ hung    (final)");
    expect(stateTriggers(shutters)[0]?.text).toBe(`create trigger guard_status_insert before insert on house.shutters
  for each row when (new.status not in ('planned') and not (current_user = 'key_holder' and new.status in ('hung')))
  execute function tenancy.refuse('ZT003', 'A new shutter is planned')`);
  });

  it("needs no trigger for what it does not refuse", () => {
    stateMachine({
      table: "house.lamps",
      states: ["off", "on"],
      initial: ["off", "on"],
      transitions: [{ from: ["off", "on"], to: ["off", "on"] }],
      refusals: [],
    });
    expect(stateMachines().flatMap((each) => (each.table === "house.lamps" ? stateTriggers(each) : []))).toEqual([]);
  });

  it("is not declared without a sentence for what it refuses", () => {
    const half = {
      table: "house.gates",
      states: ["shut", "open"],
      initial: ["shut", "open"],
      transitions: [],
      refusals: [{ from: "shut", sentence: "No" }],
    } as const;
    expect(() => stateMachine(half)).toThrow("house.gates.status: no refusal fits open → shut");
    expect(() => stateMachine({ ...half, initial: ["shut"], refusals: [{ sentence: "No" }] })).toThrow('"start"');
  });

  it("names no state that it does not have", () => {
    const declare = () =>
      stateMachine({
        table: "house.windows",
        states: ["shut", "open"],
        initial: ["shut"],
        // @ts-expect-error: a state that is not in the list
        transitions: [{ from: "shut", to: "ajar" }],
        start: "A new window is shut",
        refusals: [{ sentence: "No" }],
      });
    expect(declare).toBeTypeOf("function");
  });
});
