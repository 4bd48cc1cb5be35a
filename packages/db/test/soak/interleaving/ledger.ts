import { newId } from "../../../src/index";

/** What became of a row's unit of work, as its caller was told: `unknown` only where the error said so. */
export type Fate = "open" | "kept" | "undone" | "unknown";

interface Entry {
  tenantId: string;
  name: string;
  fate: Fate;
  why: string;
  /** The tick at which its caller learnt the fate. */
  settledAt: number;
  /** Somebody else has read it, so that it must have been committed. */
  wasRead: boolean;
}

/** A row of `accounting.customers` as some read gave it. */
export interface SeenRow {
  tenantId: string;
  id: string;
  name: string;
}

/** What a read must not show, by kind; empty when the read is right. */
export interface Verdict {
  /** Rows of other tenants. */
  foreign: number;
  /** Rows missing, made up, changed, or of units that failed. */
  wrong: string[];
}

/** Every row that a unit of work tried to write, and what its caller was told: the model that reads are held against. */
export class Ledger {
  readonly #entries = new Map<string, Entry>();
  readonly #byTenant = new Map<string, string[]>();
  readonly #dirty: string[] = [];
  #tick = 0;

  /** The time before a read: what was acknowledged by then must be in it. */
  now(): number {
    return this.#tick;
  }

  /** A row that a unit of work is about to write. */
  open(tenantId: string): SeenRow {
    const row = { tenantId, id: newId(), name: `Unit ${this.#entries.size} of ${tenantId}` };
    this.#entries.set(row.id, { tenantId, name: row.name, fate: "open", why: "", settledAt: 0, wasRead: false });
    const ids = this.#byTenant.get(tenantId) ?? [];
    ids.push(row.id);
    this.#byTenant.set(tenantId, ids);
    return row;
  }

  /** `why` is told when a row turns out to be otherwise. */
  settle(rows: readonly SeenRow[], fate: Exclude<Fate, "open">, why = ""): void {
    this.#tick += 1;
    for (const { id } of rows) {
      const entry = this.#entry(id);
      if (entry.fate !== "open") continue;
      entry.fate = fate;
      entry.settledAt = this.#tick;
      entry.why = why;
      if (fate === "undone" && entry.wasRead)
        this.#dirty.push(`${entry.name} was read by others and then undone (${why})`);
    }
  }

  /**
   * Holds what a read of the whole table gave against the model. `since` is the tick at which the read began, `own` the
   * rows of its own open transaction. Another unit's open row may be there: its commit is acknowledged later.
   */
  judge(tenantId: string, since: number, seen: readonly SeenRow[], own: readonly SeenRow[] = []): Verdict {
    const verdict: Verdict = { foreign: 0, wrong: [] };
    const mine = new Set(own.map((row) => row.id));
    const ids = new Set<string>();
    for (const row of seen) {
      const entry = this.#entries.get(row.id);
      if (row.tenantId !== tenantId || (entry && entry.tenantId !== tenantId)) verdict.foreign += 1;
      else if (!entry || entry.name !== row.name) verdict.wrong.push(`${row.name} was never written like that`);
      else if (ids.has(row.id)) verdict.wrong.push(`${row.name} is there twice`);
      else if (entry.fate === "undone")
        verdict.wrong.push(`${row.name} is there, although its unit failed (${entry.why})`);
      else if (!mine.has(row.id)) entry.wasRead = true;
      ids.add(row.id);
    }
    for (const id of this.idsOf(tenantId)) {
      const { fate, settledAt, name } = this.#entry(id);
      const acknowledged = fate === "kept" && settledAt <= since;
      if ((acknowledged || mine.has(id)) && !ids.has(id)) verdict.wrong.push(`${name} is missing`);
    }
    return verdict;
  }

  /** At the end, when nothing is open any more: what the owner finds in the table against what callers were told. */
  audit(found: readonly SeenRow[]): string[] {
    const ids = new Set(found.map((row) => row.id));
    const lost = [...this.#entries].flatMap(([id, { fate, name, wasRead }]) => {
      if (fate === "open") return [`${name} was never settled`];
      if (fate === "unknown" && wasRead && !ids.has(id)) return [`${name} was read once and is gone`];
      return [];
    });
    const tenants = [...this.#byTenant.keys()];
    const wrong = tenants.flatMap((tenantId) => {
      const rows = found.filter((row) => row.tenantId === tenantId);
      return this.judge(tenantId, this.#tick, rows).wrong;
    });
    return [...lost, ...wrong, ...this.#dirty];
  }

  idsOf(tenantId: string): readonly string[] {
    return this.#byTenant.get(tenantId) ?? [];
  }

  /** How many rows came to each end. */
  counts(): Record<Fate, number> {
    const counts: Record<Fate, number> = { open: 0, kept: 0, undone: 0, unknown: 0 };
    for (const { fate } of this.#entries.values()) counts[fate] += 1;
    return counts;
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (!entry) throw new TypeError("The ledger does not know this row");
    return entry;
  }
}
