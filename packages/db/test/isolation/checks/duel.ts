import type pg from "pg";
import type { TenantTableEntry } from "../../../src/core/tenant-table";
import { insertSampleRow, type SampleContext, sampleContext, type Values } from "../../../src/testing/sample-rows";
import type { Settings } from "./attempt";

/** One side of the wall: a tenant, or a company of one. */
export interface Side {
  /** The scope that it works in. */
  settings: Settings;
  /** What marks its rows: `tenant_id`, and between companies what names the company. */
  mark: Values;
  context: SampleContext;
  /** Its row of a table, made at first use. */
  row(entry: TenantTableEntry): Promise<Values>;
}

/** Who attacks whom, and over which column the wall stands. */
export interface Duel {
  /** Arranges and counts; never attacks. */
  owner: pg.Client;
  /** The runtime login, which attacks. */
  login: pg.Client;
  wall: "tenant_id" | "company_id" | "business_id" | "id";
  attacker: Side;
  victim: Side;
}

/** A hole that an attack found; a check returns none when the table holds. */
export interface Breach {
  attack: string;
  found: string;
}

/** Rows that the outcome holds of others than the attacker. */
export const foreignRows = ({ wall, attacker }: Duel, rows: Values[]): Values[] =>
  rows.filter((row) => row[wall] !== attacker.mark[wall]);

export function side(owner: pg.Client, settings: Settings, context: SampleContext, mark: Values): Side {
  const rows = new Map<string, Promise<Values>>();
  return {
    settings,
    mark,
    context,
    row(entry) {
      const made = rows.get(entry.name) ?? insertSampleRow(owner, entry, context, { given: mark });
      rows.set(entry.name, made);
      return made;
    },
  };
}

/** A new tenant as a side, made by the owner. */
export async function newTenantSide(owner: pg.Client, name: string): Promise<Side> {
  const { rows } = await owner.query<{ id: string }>("insert into tenancy.tenants (name) values ($1) returning id", [
    name,
  ]);
  const id = rows[0]?.id ?? "";
  return side(owner, { tenant: id }, sampleContext(id), { tenant_id: id });
}

/** The same duel with the sides changed. */
export const reversed = (duel: Duel): Duel => ({ ...duel, attacker: duel.victim, victim: duel.attacker });
