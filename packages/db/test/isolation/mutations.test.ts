import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TenantTableEntry, tenantTables } from "../../src/core/tenant-table";
import { type Arena, openArena } from "./arena";
import { companyBreaches } from "./checks/company";
import { type Breach, reversed } from "./checks/duel";
import { foreignKeyBreaches, uniqueKeyBreaches } from "./checks/keys";
import { readBreaches } from "./checks/reads";
import { scopeBreaches } from "./checks/scopes";
import { writeBreaches } from "./checks/writes";

/*
 * The matrix must be able to go red: on a database of its own a table loses one protection, and the attack that this
 * protection stops is reported by its name. Each test spoils a table that no other test uses.
 */
let arena: Arena;

beforeAll(async () => {
  arena = await openArena();
});
afterAll(() => arena.close());

function table(name: string): TenantTableEntry {
  const entry = tenantTables().find((candidate) => candidate.name === name);
  if (!entry) throw new TypeError(`There is no tenant table ${name}`);
  return entry;
}

/** The attacks that a check reports, before and after the owner spoils the table. */
async function attacks(check: () => Promise<Breach[]>, spoil: string): Promise<{ before: string[]; after: string[] }> {
  const names = async () => (await check()).map((breach) => breach.attack);
  const before = await names();
  await arena.duel.owner.query(spoil);
  return { before, after: await names() };
}

const same = "tenant_id = (select tenancy.current_tenant_id())";
const replacePolicy = (name: string, using: string, check: string) => `
  drop policy tenant_isolation on ${name};
  create policy tenant_isolation on ${name} to authenticated using (${using}) with check (${check})`;

describe("a table that lost a protection is found", () => {
  it("when its policy lets everything through", async () => {
    const entry = table("tenancy.idempotency_keys");
    const spoil = replacePolicy(entry.name, "true", "true");
    const reads = await attacks(() => readBreaches(arena.duel, entry), spoil);
    expect(reads).toEqual({
      before: [],
      after: [
        "read by id",
        "read or true",
        "read without predicate",
        "copy to stdout",
        "predicate that fails on their rows",
        "count",
      ],
    });
    expect((await writeBreaches(arena.duel, entry)).map((breach) => breach.attack)).toEqual([
      "update",
      "update or true",
      "delete",
      "lock",
      "insert",
      "move",
      "move all",
      "insert or update",
      "insert or nothing",
      "merge: update",
      "merge: delete",
      "merge: insert",
    ]);
    expect((await scopeBreaches(arena.duel, arena.unscoped, entry)).map((breach) => breach.attack)).toContain(
      "no scope: read",
    );
  });

  it("when its policy is gone: then it is closed to everybody, and the matrix says that it proves nothing", async () => {
    const entry = table("accounting.vendors");
    const check = () => readBreaches(arena.duel, entry);
    const { before, after } = await attacks(check, `drop policy tenant_isolation on ${entry.name}`);
    expect(before).toEqual([]);
    expect(after).toEqual([
      "read or true",
      "read without predicate",
      "copy to stdout",
      "predicate that fails on their rows",
      "count",
    ]);
  });

  it("when row level security is off", async () => {
    const entry = table("tenancy.roles");
    const check = () => readBreaches(reversed(arena.duel), entry);
    const { before, after } = await attacks(check, `alter table ${entry.name} disable row level security`);
    expect(before).toEqual([]);
    expect(after).toContain("read by id");
    expect(after).toContain("copy to stdout");
    expect((await writeBreaches(arena.duel, entry)).map((breach) => breach.attack)).toContain("delete");
  });

  it("when its policy checks what is read and not what is written", async () => {
    const entry = table("tenancy.user_roles");
    const check = () => writeBreaches(arena.duel, entry);
    const { before, after } = await attacks(check, replacePolicy(entry.name, same, "true"));
    expect(before).toEqual([]);
    // The other writes read as well, and PostgreSQL then holds what they write against the reading half too.
    expect(after).toEqual(["insert", "move all", "merge: insert"]);
    expect(await readBreaches(arena.duel, entry)).toEqual([]);
  });

  it("when a foreign key loses the tenant", async () => {
    const entry = table("accounting.invoices");
    const { before, after } = await attacks(
      () => foreignKeyBreaches(arena.duel, entry),
      `create unique index customers_loose on accounting.customers (id);
       alter table accounting.invoices drop constraint invoices_customer_id_fkey;
       alter table accounting.invoices add constraint invoices_customer_id_fkey
         foreign key (customer_id) references accounting.customers (id) not valid`,
    );
    expect({ before, after }).toEqual({ before: [], after: ["foreign key invoices_customer_id_fkey"] });
  });

  it("when a foreign key keeps the company and loses the tenant", async () => {
    const entry = table("accounting.invoice_lines");
    const { before, after } = await attacks(
      () => foreignKeyBreaches(arena.duel, entry),
      `create unique index invoices_loose on accounting.invoices (company_id, id);
       alter table accounting.invoice_lines drop constraint invoice_lines_invoice_id_fkey;
       alter table accounting.invoice_lines add constraint invoice_lines_invoice_id_fkey
         foreign key (company_id, invoice_id) references accounting.invoices (company_id, id) not valid`,
    );
    expect({ before, after }).toEqual({ before: [], after: ["foreign key invoice_lines_invoice_id_fkey"] });
  });

  it("when a key is unique across tenants, whole, partial or over an expression", async () => {
    const entry = table("tenancy.invitations");
    const { before, after } = await attacks(
      () => uniqueKeyBreaches(arena.duel, entry),
      `create unique index loose_token on tenancy.invitations (token_hash);
       create unique index loose_email on tenancy.invitations (lower(email)) where status = 'accepted'`,
    );
    expect(before).toEqual([]);
    expect(after).toEqual([
      "unique key invitations_token_hash_unique",
      "unique key loose_email",
      "unique key loose_token",
    ]);
  });

  it("when the login may truncate", async () => {
    const entry = table("tenancy.security_events");
    const check = () => writeBreaches(arena.duel, entry);
    const { before, after } = await attacks(check, `grant truncate on ${entry.name} to authenticated`);
    expect({ before, after }).toEqual({ before: [], after: ["truncate"] });
  });

  it("when the login may write what it should only read", async () => {
    const entry = table("accounting.journal_entries");
    const check = () => writeBreaches(arena.duel, entry);
    const { before, after } = await attacks(check, `grant insert, delete on ${entry.name} to authenticated`);
    expect({ before, after }).toEqual({ before: [], after: ["insert into a read-only table"] });
  });

  it.each(["tenancy.companies", "accounting.customers"])(
    "when the scope's company no longer narrows %s",
    async (name) => {
      const entry = table(name);
      const check = () => companyBreaches(arena.duel.owner, arena.duel.login, entry);
      const { before, after } = await attacks(check, `drop policy company_isolation on ${name}`);
      expect(before).toEqual([]);
      expect(after).toEqual(
        expect.arrayContaining(["read by id", "update", "insert", "move", "merge: update", "merge: insert"]),
      );
    },
  );

  it("when the scope's company no longer narrows the trail", async () => {
    const entry = table("tenancy.audit_log");
    const check = () => companyBreaches(arena.duel.owner, arena.duel.login, entry);
    const { before, after } = await attacks(check, `drop policy company_isolation on ${entry.name}`);
    expect(before).toEqual([]);
    expect(after).toEqual(expect.arrayContaining(["read by id", "read without predicate", "count"]));
  });
});
