import { type ChoiceOf, choice } from "./choice";

/** One or several states. */
type Some<S extends string> = S | readonly S[];

/** Which state may follow which: every one of `from` may go to every other one of `to`. */
export interface Transition<S extends string = string> {
  from: Some<S>;
  to: Some<S>;
  /** The role whose functions alone make it; whoever may write the table, when left out. */
  by?: string;
  /** SQL over `old` and `new` under which it is not made by hand, and the sentence that says so. */
  unless?: { is: string; sentence: string };
}

/** The sentence for transitions that are refused; the most exact one counts. `{from}` and `{to}` stand for the states. */
export interface Refusal<S extends string = string> {
  from?: Some<S>;
  to?: Some<S>;
  sentence: string;
}

export interface StateMachineOptions<S extends string> {
  /** `schema.table`, as SQL writes it. */
  table: string;
  /** SQL name of the column; `status` when left out. */
  column?: string;
  /** In the order of a record's life. */
  states: readonly [S, ...S[]];
  /** The states that a new record may have. */
  initial: readonly S[];
  /** Further states that a new record may have, for the functions of one role. */
  initialBy?: { role: string; states: readonly S[] };
  transitions: readonly Transition<S>[];
  /** Sentence for a new record in another state. */
  start?: string;
  refusals: readonly Refusal<S>[];
}

/** A machine as tools read it, whatever its states are called. */
export interface StateMachineEntry extends Omit<StateMachineOptions<string>, "column"> {
  column: string;
}

const registry = new Map<string, StateMachineEntry>();

/** Every state machine declared so far; triggers, READMEs and tests are derived from it. */
export function stateMachines(): StateMachineEntry[] {
  return [...registry.values()];
}

/**
 * The states of a record, and which may follow which, as data. It is a `choice` as well: union, zod enum, column and CHECK.
 * Triggers that `db:generate` derives from it refuse every other transition with `ZT003`, whoever writes.
 * Throws `TypeError` for a sentence that is missing.
 */
export function stateMachine<const States extends readonly [string, ...string[]]>(
  options: StateMachineOptions<States[number]> & { states: States },
) {
  const entry: StateMachineEntry = { ...options, column: options.column ?? "status" };
  const name = `${entry.table}.${entry.column}`;
  if (!entry.start && entry.initial.length < entry.states.length) {
    throw new TypeError(`${name}: say in "start" what is refused of a new record`);
  }
  for (const [from, to] of illegalPairs(entry)) {
    if (!refusalOf(entry, from, to)) throw new TypeError(`${name}: no refusal fits ${from} → ${to}`);
  }
  registry.set(name, entry);
  return choice<States>(options.states);
}

/** The union of a machine's states. */
export type StateOf<Machine extends { values: readonly string[] }> = ChoiceOf<Machine>;

/** All pairs of two states. */
export function allPairs({ states }: Pick<StateMachineEntry, "states">): [from: string, to: string][] {
  return states.flatMap((from) => states.filter((to) => to !== from).map((to): [string, string] => [from, to]));
}

/** The rule of the machine by which `from` goes to `to`; those that everybody may use come first. */
export function transitionOf(machine: StateMachineEntry, from: string, to: string): Transition | undefined {
  const fitting = machine.transitions.filter((rule) => oneOf(rule.from, from) && oneOf(rule.to, to));
  return fitting.find((rule) => !rule.by) ?? fitting[0];
}

/** The role that may make a transition where others may not, under whatever condition. */
export function roleOf(machine: StateMachineEntry, from: string, to: string): string | undefined {
  return machine.transitions.find((rule) => rule.by && oneOf(rule.from, from) && oneOf(rule.to, to))?.by;
}

/**
 * The sentences by `from to`, `*` standing for every state: what a transition that somebody may not make is refused with. The
 * most exact one counts: `from to`, `from *`, `* to`, `* *`; the function `tenancy.refuse_transition` looks in this order too.
 */
export function sentencesOf(machine: StateMachineEntry): Record<string, string> {
  const named = (some: Some<string> | undefined) => (some === undefined ? ["*"] : [some].flat());
  const all = (from: Some<string> | undefined, to: Some<string> | undefined, sentence: string) =>
    named(from).flatMap((f) => named(to).map((t): [string, string] => [`${f} ${t}`, sentence]));
  return Object.fromEntries([
    ...machine.refusals.flatMap(({ from, to, sentence }) => all(from, to, sentence)),
    ...machine.transitions.flatMap(({ from, to, unless }) => (unless ? all(from, to, unless.sentence) : [])),
  ]);
}

/** The sentence with which a transition is refused, with the names of its states. */
export function refusalOf(machine: StateMachineEntry, from: string, to: string): string | undefined {
  const sentences = sentencesOf(machine);
  const found = [`${from} ${to}`, `${from} *`, `* ${to}`, "* *"].find((key) => key in sentences);
  return found && sentences[found]?.replaceAll("{from}", from).replaceAll("{to}", to);
}

/** Pairs that somebody may not make: those that nobody makes, and those of a role. */
function illegalPairs(machine: StateMachineEntry) {
  return allPairs(machine).filter(([from, to]) => {
    const rule = transitionOf(machine, from, to);
    return !rule || rule.by;
  });
}

const oneOf = (some: Some<string>, state: string) => (typeof some === "string" ? some === state : some.includes(state));

/**
 * The machine as text, a line for each state: what new records may be is marked with `●`, for one role alone with `○`, what
 * has no way out with `(final)`, and a transition of one role alone with that role.
 */
export function picture(machine: StateMachineEntry): string {
  const width = Math.max(...machine.states.map((state) => state.length));
  return machine.states
    .map((from) => {
      const followers = machine.states.flatMap((to) => {
        const rule = to === from ? undefined : transitionOf(machine, from, to);
        return rule ? [rule.by ? `${to} (${rule.by})` : to] : [];
      });
      const mark = machine.initial.includes(from) ? "●" : machine.initialBy?.states.includes(from) ? "○" : " ";
      const rest = followers.length > 0 ? `→ ${followers.join(", ")}` : "(final)";
      return `${mark} ${from.padEnd(width)} ${rest}`;
    })
    .join("\n");
}
