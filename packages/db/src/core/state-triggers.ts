import { type ComputedTrigger, quote } from "./computed-trigger";
import { allPairs, roleOf, type StateMachineEntry, sentencesOf, transitionOf } from "./states";

const list = (values: readonly string[]) => values.map(quote).join(", ");

/**
 * The triggers that hold a state machine. Their WHEN names the legal pairs, so that a legal write never enters PL/pgSQL.
 * Each rule is held twice. BEFORE, it speaks ahead of the table's CHECKs, so that the caller reads its sentence. AFTER, it sees
 * the row as it is stored, so that a trigger that fires later and changes the state cannot go round it.
 */
export function stateTriggers(machine: StateMachineEntry): ComputedTrigger[] {
  return [...insertTriggers(machine), ...updateTriggers(machine)];
}

function insertTriggers(machine: StateMachineEntry): ComputedTrigger[] {
  const { column, initial, initialBy, states, start } = machine;
  if (states.every((state) => initial.includes(state))) return [];
  const byRole = initialBy
    ? ` and not (current_user = ${quote(initialBy.role)} and new.${column} in (${list(initialBy.states)}))`
    : "";
  const when = `new.${column} not in (${list(initial)})${byRole}`;
  return twice(machine, "insert", when, `tenancy.refuse('ZT003', ${quote(start ?? "")})`);
}

function updateTriggers(machine: StateMachineEntry): ComputedTrigger[] {
  const { column } = machine;
  const pairs = allPairs(machine);
  if (pairs.every(([from, to]) => isFree(machine, from, to))) return [];
  const refusal = `tenancy.refuse_transition(${quote(column)}, ${quote(JSON.stringify(sentencesOf(machine)))})`;
  return twice(machine, "update", `new.${column} <> old.${column} and (${legal(machine)}) is not true`, refusal);
}

/** Whether everybody may make the transition, always. */
function isFree(machine: StateMachineEntry, from: string, to: string): boolean {
  const rule = transitionOf(machine, from, to);
  return rule !== undefined && !rule.by && !rule.unless;
}

/**
 * `old` and `new` are a legal pair, for this writer. Pairs are compared as texts: of a list of rows PostgreSQL makes nested
 * alternatives, and those read otherwise once they were dumped and restored.
 */
function legal(machine: StateMachineEntry): string {
  const { column } = machine;
  const groups = new Map<string, [string, string][]>();
  const add = (condition: string, pair: [string, string]) =>
    groups.set(condition, [...(groups.get(condition) ?? []), pair]);
  for (const [from, to] of allPairs(machine)) {
    const rule = transitionOf(machine, from, to);
    if (rule && !rule.by) add(rule.unless ? `not (${rule.unless.is})` : "", [from, to]);
    const role = roleOf(machine, from, to);
    if (role) add(`current_user = ${quote(role)}`, [from, to]);
  }
  const alternatives = [...groups].map(([condition, pairs]) => {
    const isPair = `old.${column} || ' ' || new.${column} in (${list(pairs.map((pair) => pair.join(" ")))})`;
    return condition ? `(${condition} and ${isPair})` : isPair;
  });
  return alternatives.length > 0 ? alternatives.join("\n    or ") : "false";
}

function twice(machine: StateMachineEntry, event: "insert" | "update", when: string, refusal: string) {
  return [
    trigger(machine, `guard_${machine.column}_${event}`, `before ${event}`, when, refusal),
    trigger(machine, `keep_${machine.column}_${event}`, `after ${event}`, when, refusal),
  ];
}

function trigger(machine: StateMachineEntry, name: string, time: string, when: string, refusal: string) {
  const text = `create trigger ${name} ${time} on ${machine.table}\n  for each row when (${when})\n  execute function ${refusal}`;
  return { name: `${machine.table}.${name}`, text };
}
