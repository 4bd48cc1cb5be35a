import { randomUUID } from "node:crypto";
import { getTableUniqueName } from "drizzle-orm";
import { getTableConfig } from "drizzle-orm/pg-core";
import { type TenantTableEntry, tenantTables } from "../../../src/core/tenant-table";
import { insertSampleRow, SampleRowError, sampleValues, type Values } from "../../../src/testing/sample-rows";
import { attempt, attemptPastTriggers, insertInto, type Outcome } from "./attempt";
import { type ForeignKey, foreignKeys, type UniqueKey, uniqueKeys } from "./catalogue";
import { type Breach, type Duel, newTenantSide } from "./duel";
import { mayInsert } from "./writes";

const text = ({ error }: Outcome) => (error ? `${error.code} ${error.message}` : "accepted");
/** The key's own refusal, or that of a trigger which looks first: no record, or none in a state that fits. */
const isRefusal = (code: string | undefined) => /^(23503|ZT003|ZT004)$/.test(code ?? "");
const isKeyConflict = (code: string | undefined) => code === "23505" || code === "23P01";

/** The words of a refusal, without the ids in them: what an attacker could tell two refusals apart by. */
function words({ error }: Outcome): string {
  const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
  return JSON.stringify(error ?? "accepted").replace(uuid, "?");
}

/** Inserts as the login; as the owner where only triggers or a missing right stand before the keys. */
async function insertAt(duel: Duel, entry: TenantTableEntry, values: Values, past: boolean): Promise<Outcome> {
  const statement = insertInto(entry, values);
  if (past) return attemptPastTriggers(duel.owner, entry, duel.attacker.settings, statement);
  return attempt(duel.login, duel.attacker.settings, statement);
}

/**
 * A row that points at the victim's record must be refused like one that points nowhere. The attacker's company has
 * the same id as the victim's where that is possible, so that only the tenant in the key stands between them.
 */
export async function foreignKeyBreaches(duel: Duel, entry: TenantTableEntry): Promise<Breach[]> {
  const { owner, wall, attacker, victim } = duel;
  const breaches: Breach[] = [];
  for (const key of await expectedForeignKeys(duel, entry)) {
    const target = tenantTables().find((other) => other.name === key.target);
    if (!target || !getTableConfig(target.table).columns.some((c) => c.name === wall)) continue;
    const pointing = key.columns[key.foreignColumns.indexOf("id")];
    if (!pointing) continue;
    const theirs = await insertSampleRow(owner, target, victim.context, { given: victim.mark });
    const shared = key.columns
      .map((column, i) => [column, theirs[key.foreignColumns[i] ?? ""]])
      .filter(([column]) => column !== pointing && column !== "tenant_id");
    const given = { ...Object.fromEntries(shared), ...attacker.mark };
    const own = await sampleValues(owner, entry, attacker.context, { given, fill: [pointing] });

    const asLogin = mayInsert(entry.access) && !(await insertAt(duel, entry, own, false)).error;
    const insert = (id: unknown) => insertAt(duel, entry, { ...own, [pointing]: id }, !asLogin);
    const [toOwn, toTheirs, toNothing] = [
      await insert(own[pointing]),
      await insert(theirs.id),
      await insert(randomUUID()),
    ];
    const attack = `foreign key ${key.name}`;
    if (toOwn.error) breaches.push({ attack, found: `not even to its own row: ${text(toOwn)}` });
    else if (!isRefusal(toTheirs.error?.code)) breaches.push({ attack, found: text(toTheirs) });
    else if (words(toTheirs) !== words(toNothing)) {
      breaches.push({ attack, found: `told apart: ${words(toTheirs)} and ${words(toNothing)}` });
    }
  }
  return breaches;
}

/** What the server has, and what the table declares but the server lacks: its absence is the breach to find. */
async function expectedForeignKeys({ owner }: Duel, entry: TenantTableEntry): Promise<ForeignKey[]> {
  const actual = await foreignKeys(owner, entry.name);
  const declared = getTableConfig(entry.table).foreignKeys.map((key) => {
    const { columns, foreignColumns, foreignTable } = key.reference();
    const target = getTableUniqueName(foreignTable);
    const names = (list: { name: string }[]) => list.map((column) => column.name);
    return { name: key.getName(), target, columns: names(columns), foreignColumns: names(foreignColumns) };
  });
  return [...actual, ...declared.filter((key) => !actual.some((other) => other.name === key.name))];
}

/** A row with the victim's values in every column of a unique key must be accepted, or the key tells what exists. */
export async function uniqueKeyBreaches(duel: Duel, entry: TenantTableEntry): Promise<Breach[]> {
  const keys = await uniqueKeys(duel.owner, entry.name);
  const breaches: Breach[] = [];
  for (const key of keys) {
    const attack = `unique key ${key.name}`;
    // Tenants of its own for each key: nothing that another attack left behind can collide.
    const victim = await newTenantSide(duel.owner, "Victim");
    const attacker = await newTenantSide(duel.owner, "Attacker");
    const fresh = { ...duel, attacker, victim };
    const theirs = await exercisedRow(fresh, entry, key, keys);
    if (!theirs) breaches.push({ attack, found: "no sample row falls under it, so this proves nothing" });
    else
      breaches.push(...(await twinBreaches(fresh, entry, attack, pick(theirs, [...key.columns, ...choicesOf(entry)]))));
  }
  return breaches;
}

async function twinBreaches(duel: Duel, entry: TenantTableEntry, attack: string, twin: Values): Promise<Breach[]> {
  const given = pick(twin, settable(entry));
  try {
    const values = await sampleValues(duel.owner, entry, duel.attacker.context, { given });
    const asLogin = mayInsert(entry.access) ? await insertAt(duel, entry, values, false) : undefined;
    const outcome = asLogin && !asLogin.error ? asLogin : await insertAt(duel, entry, values, true);
    const conflict = isKeyConflict(asLogin?.error?.code) ? asLogin : undefined;
    return outcome.error || conflict ? [{ attack, found: text(conflict ?? outcome) }] : [];
  } catch (error) {
    if (error instanceof SampleRowError) return [{ attack, found: `${error.code} ${error.constraint}` }];
    throw error;
  }
}

/** A row of the victim that the key holds on to: a second one with the same values in the same tenant is refused. */
async function exercisedRow(duel: Duel, entry: TenantTableEntry, key: UniqueKey, keys: UniqueKey[]) {
  const { owner, victim } = duel;
  for (const given of flagVariants(entry, key)) {
    try {
      const fill = pickNames(settable(entry), key.columns);
      const row = await insertSampleRow(owner, entry, victim.context, { given, fill });
      // The second row shares nothing but the key that could be shared: what collides is this key.
      const others = plainColumns(entry).filter((name) => row[name] !== null && !key.columns.includes(name));
      const renewed = await sampleValues(owner, entry, victim.context, { fill: others });
      const copy = { ...pick(row, settable(entry)), ...pick(counted(renewed, row), others) };
      const second = key.columns.includes("id") ? copy : { ...copy, id: randomUUID() };
      const { error } = await attemptPastTriggers(owner, entry, victim.settings, insertInto(entry, second));
      const raised = keys.find((other) => other.name === error?.constraint);
      if (isKeyConflict(error?.code) && raised?.columns.every((name) => key.columns.includes(name))) return row;
    } catch (error) {
      if (!(error instanceof SampleRowError)) throw error;
    }
  }
  return undefined;
}

/** A sample's whole numbers begin anew under another parent: they are made different from the first row's. */
const counted = (values: Values, first: Values): Values =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const isSame = value === first[name] && /^\d+$/.test(String(value));
      return [name, isSame ? String(BigInt(String(value)) + 1n) : value];
    }),
  );

const columnsOf = (entry: TenantTableEntry) => getTableConfig(entry.table).columns;
const settable = (entry: TenantTableEntry) =>
  columnsOf(entry)
    .filter((c) => c.generated === undefined && c.name !== "tenant_id")
    .map((c) => c.name);
const choicesOf = (entry: TenantTableEntry) =>
  columnsOf(entry)
    .filter((c) => (c.enumValues?.length ?? 0) > 0)
    .map((c) => c.name);

/** Text and number columns that refer to nothing and are no choice: any value does. */
function plainColumns(entry: TenantTableEntry): string[] {
  const referring = getTableConfig(entry.table).foreignKeys.flatMap((key) =>
    key.reference().columns.map((c) => c.name),
  );
  const taken = new Set([...referring, ...choicesOf(entry), "id", "tenant_id"]);
  return settable(entry).filter((name) => !taken.has(name));
}

const pick = (row: Values, names: readonly string[]): Values =>
  Object.fromEntries(Object.entries(row).filter(([name, value]) => names.includes(name) && value !== null));
const pickNames = (names: readonly string[], wanted: readonly string[]) =>
  names.filter((name) => wanted.includes(name));

/** A partial key holds rows of one state only: each state of its flags and choices is tried, the default first. */
function flagVariants(entry: TenantTableEntry, key: UniqueKey): Values[] {
  let variants: Values[] = [{}];
  for (const c of columnsOf(entry).filter((column) => key.columns.includes(column.name))) {
    const values = c.getSQLType() === "boolean" ? ["true", "false"] : (c.enumValues ?? []);
    if (values.length === 0) continue;
    const options: Values[] = [{}, ...values.map((value) => ({ [c.name]: value }))];
    variants = options.flatMap((option) => variants.map((variant) => ({ ...variant, ...option })));
  }
  return variants;
}
