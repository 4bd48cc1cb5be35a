import fc from "fast-check";

/*
 * Commands as plain data, so that a failing sequence is printed whole and shrinks well. Numbers name records by their
 * position among those that fit, so that most commands find something to do; many are wrong on purpose.
 */

/** A day of 2025 by its position in the year, on its own or counted from the day of what the command is about. */
const when = () =>
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ from: fc.constant("it" as const), day: fc.nat(12) }) },
    { weight: 2, arbitrary: fc.record({ from: fc.constant("year" as const), day: fc.nat(140) }) },
    { weight: 2, arbitrary: fc.record({ from: fc.constant("now" as const), day: fc.constant(0) }) },
  );
const pick = () => fc.nat(30);
const party = () => fc.constantFrom(0, 0, 0, 1);
const side = () => fc.constantFrom("invoices" as const, "bills" as const);
const units = () => fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 400_000 }));
/** Hundred-millionths. */
const rate = () => fc.oneof(fc.constant(null), fc.integer({ min: 400_000, max: 350_000_000 }));
/** How much of what is open: so many per cent of it, the whole where it says 100. */
const part = () => fc.oneof(fc.constant(100), fc.integer({ min: 1, max: 130 }));
const rarely = () => fc.nat(9).map((n) => n === 0);
const often = () => fc.nat(9).map((n) => n > 3);
const account = () => fc.nat(9);

/** A base amount that is stated now and then: so many of the base currency's smallest units. */
const stated = () => fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: units() });

const lines = () =>
  fc.array(fc.record({ units: units(), account: fc.option(account(), { freq: 1 }) }), { minLength: 1, maxLength: 3 });
const targets = () =>
  fc.oneof(
    { weight: 5, arbitrary: fc.array(fc.record({ pick: pick(), part: part() }), { minLength: 1, maxLength: 3 }) },
    { weight: 2, arbitrary: fc.constant("oldest" as const) },
  );

const kinds = ["plain", "plain", "plain", "foreign", "foreign", "difference", "unbalanced", "single", "mixed"] as const;

const commands = {
  /** Creates a draft, which `isDraft` leaves as it is. */
  document: fc.record({
    ...{
      side: side(),
      party: party(),
      when: when(),
      terms: fc.nat(40),
      isForeign: often(),
      rate: rate(),
      stated: stated(),
      lines: lines(),
    },
    ...{ isDraft: rarely(), isCredit: rarely(), credited: fc.oneof(fc.constant(null), pick()), isFree: rarely() },
  }),
  validate: fc.record({ side: side(), pick: pick(), by: fc.constantFrom("api" as const, "sql" as const) }),
  validateAll: fc.record({ side: side() }),
  deleteDraft: fc.record({ side: side(), pick: pick() }),
  setLines: fc.record({ side: side(), pick: pick(), lines: lines() }),
  credit: fc.record({ side: side(), pick: pick(), when: when(), lines: fc.oneof(fc.constant(null), lines()) }),
  voidDocument: fc.record({ side: side(), pick: pick(), when: when() }),
  markPaid: fc.record({
    ...{ side: side(), picks: fc.array(pick(), { minLength: 1, maxLength: 3 }) },
    ...{ by: fc.constantFrom("api" as const, "sql" as const), isAny: rarely() },
  }),
  pay: fc.record({
    ...{ side: side(), party: party(), when: when(), units: units(), isForeign: often(), saysCurrency: often() },
    ...{ rate: rate(), stated: stated(), account: fc.option(account(), { freq: 2 }), isKeyed: often() },
    ...{ targets: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 3, arbitrary: targets() }) },
    isAny: rarely(),
  }),
  refund: fc.record({
    ...{ pick: pick(), part: part(), when: when(), isNamed: fc.boolean(), rate: rate(), stated: stated() },
  }),
  payAgain: fc.record({ pick: pick(), isOther: rarely() }),
  allocate: fc.record({ pick: pick(), isAny: rarely(), targets: targets(), when: when() }),
  takeBack: fc.record({ pick: pick(), when: when() }),
  voidPayment: fc.record({ pick: pick(), when: when() }),
  post: fc.record({
    ...{ when: when(), isKeyed: often(), by: fc.constantFrom("api" as const, "sql" as const), saysCurrency: often() },
    ...{ kind: fc.constantFrom(...kinds), rate: rate() },
    ...{ accounts: fc.array(account(), { minLength: 3, maxLength: 3 }), units: units(), more: units(), off: fc.nat(6) },
  }),
  postAgain: fc.record({ pick: pick(), isOther: rarely(), by: fc.constantFrom("api" as const, "sql" as const) }),
  reverse: fc.record({ pick: pick(), isAny: rarely(), when: when() }),
  setRate: fc.record({ day: fc.nat(140), rate: fc.integer({ min: 400_000, max: 350_000_000 }) }),
  closePeriod: fc.record({ pick: fc.oneof(fc.constant(null), pick()) }),
  reopenPeriod: fc.record({ pick: fc.oneof(fc.constant(null), pick()) }),
  setActive: fc.record({ account: account(), isActive: fc.boolean() }),
};

/** How often each is chosen. */
const weights: Record<keyof typeof commands, number> = {
  ...{
    document: 8,
    validate: 3,
    validateAll: 1,
    deleteDraft: 1,
    setLines: 1,
    credit: 4,
    voidDocument: 3,
    markPaid: 4,
  },
  ...{ pay: 11, refund: 5, payAgain: 2, allocate: 9, takeBack: 6, voidPayment: 4, post: 9, postAgain: 5, reverse: 3 },
  ...{ setRate: 2, closePeriod: 2, reopenPeriod: 1, setActive: 2 },
};

/** What becomes of a command: done, alone or in a transaction; shown as a preview; or undone with its transaction. */
const mode = fc.oneof(
  { weight: 12, arbitrary: fc.constant("alone" as const) },
  { weight: 2, arbitrary: fc.constant("inTransaction" as const) },
  { weight: 2, arbitrary: fc.constant("previewed" as const) },
  { weight: 1, arbitrary: fc.constant("undone" as const) },
);

type Generated<T> = T extends fc.Arbitrary<infer V> ? V : never;
export type CommandName = keyof typeof commands;
export type CommandOf<K extends CommandName> = Generated<(typeof commands)[K]>;
export type When = Generated<ReturnType<typeof when>>;
export type Part = { pick: number; part: number };
export type Command = { [K in CommandName]: { do: K; mode: Generated<typeof mode>; with: CommandOf<K> } }[CommandName];

const named = (name: CommandName) =>
  fc.record({ do: fc.constant(name), mode, with: commands[name] }) as fc.Arbitrary<Command>;

const command = fc.oneof(
  ...(Object.keys(commands) as CommandName[]).map((name) => ({ weight: weights[name], arbitrary: named(name) })),
);

/** The base currency and another one, and what is done: first something for the rest to be about. */
export const sequence = fc.record({
  currencies: fc.constantFrom<[base: string, foreign: string]>(
    ["USD", "EUR"],
    ["USD", "JPY"],
    ["USD", "KWD"],
    ["JPY", "USD"],
    ["JPY", "KWD"],
    ["KWD", "USD"],
    ["KWD", "JPY"],
  ),
  first: fc.tuple(
    ...(["document", "document", "pay", "post"] as const).map((name) => fc.option(named(name), { freq: 20 })),
  ),
  // Nothing is done now and then, which is what a command that is not to blame shrinks to.
  rest: fc.array(fc.option(command, { freq: 50 }), { minLength: 7, maxLength: 14, size: "max" }),
});
export type Sequence = Generated<typeof sequence>;
