import { sql } from "drizzle-orm";
import { customers, invoices } from "../../src/accounting";
import { newId } from "../../src/index";
import type { FailingPath } from "./bench";
import { canaries as c } from "./canaries";

const circular: Record<string, unknown> = { [c.field]: c.json };
circular.self = circular;

// What JavaScript says of a cycle names the key.
const keyed: Record<string, unknown> = { key: c.json };
keyed[c.field] = keyed;

const refused = { code: "VALIDATION_FAILED" } as const;

/** Input that the package refuses itself, and rules that its own code or the functions of the migrations enforce. */
export const inputPaths: FailingPath[] = [
  {
    ...refused,
    name: "a field that does not exist",
    holds: ["field", "text"],
    run: ({ handle, companyId }) =>
      handle.accounting.customers.create({ companyId, name: c.text, [c.field]: c.text } as never),
  },
  {
    ...refused,
    name: "values of the wrong type",
    holds: ["wrongType", "json"],
    run: ({ handle }) =>
      handle.accounting.customers.create({ companyId: c.wrongType, name: { key: c.json }, email: [c.json] } as never),
  },
  {
    ...refused,
    name: "a text that cannot be stored",
    holds: ["text"],
    run: ({ handle, customerId }) => handle.accounting.customers.update(customerId, { name: `${c.text}\u0000` }),
  },
  {
    ...refused,
    name: "numbers, dates and choices that do not exist",
    holds: ["numeric", "text", "uuid"],
    run: ({ handle, companyId }) =>
      handle.accounting.invoices.create({
        companyId,
        customerId: c.uuid.toUpperCase(),
        currency: c.text,
        invoiceDate: c.text,
        dueDate: `${c.numeric}-01-01`,
        lines: [{ description: c.text, quantity: `-${c.numeric}`, unitPrice: `${c.numeric}.${c.numeric}` }],
      }),
  },
  {
    ...refused,
    name: "one bad row among good ones of an import",
    holds: ["bulk"],
    run: ({ handle, companyId }) =>
      handle.accounting.customers.importMany(
        ["", " ", "\u0000"].map((end) => ({ companyId, name: end, email: `${c.bulk}${end}`, externalId: c.bulk })),
      ),
  },
  {
    ...refused,
    name: "a member with a malformed address and role",
    holds: ["text", "wrongType"],
    run: ({ handle }) =>
      handle.tenancy.members.ensureMember({ email: c.text, name: c.text, role: c.wrongType } as never),
  },
  {
    ...refused,
    name: "settings that are no JSON",
    holds: ["json", "field"],
    run: ({ handle, adminId }) =>
      handle.tenancy.members.updateSettings(adminId, { [c.field]: { [c.field]: new Map([[c.json, c.json]]) } }),
  },
  {
    ...refused,
    name: "a profile that does not fit",
    holds: ["text", "field"],
    run: ({ identity }) => identity.profile.save({ [c.field]: c.text, phone: c.text.repeat(99) } as never),
  },
  {
    ...refused,
    name: "an invitation that does not fit",
    holds: ["text", "numeric"],
    run: ({ handle }) =>
      handle.tenancy.invitations.create({ email: c.text, role: c.text, expiresInHours: Number(c.numeric) } as never),
  },
  {
    ...refused,
    name: "a security event that does not fit",
    holds: ["json"],
    run: ({ handle }) =>
      handle.tenancy.securityEvents.report({ type: "", severity: "low", details: { key: BigInt(1), c: c.json } }),
  },
  {
    ...refused,
    name: "a filter, a page size and a cursor that do not fit",
    holds: ["text"],
    run: ({ handle }) => handle.accounting.invoices.list({ status: c.text, cursor: c.text } as never),
  },
  {
    ...refused,
    name: "a cursor of another list",
    holds: ["text"],
    run: ({ handle }) => handle.accounting.customers.list({ cursor: Buffer.from(c.text).toString("base64url") }),
  },
  {
    ...refused,
    name: "an idempotent request that is no JSON",
    holds: ["idempotencyKey", "json"],
    run: ({ handle }) =>
      handle.tenancy.idempotency.once(
        { operation: "pay", key: c.idempotencyKey, request: new Map([["key", c.json]]) },
        () => Promise.resolve(1),
      ),
  },
  {
    ...refused,
    name: "a scope that is no id",
    holds: ["text"],
    run: async ({ db }) => db.forTenant({ tenantId: c.text, userId: c.text }),
  },
  {
    ...refused,
    name: "an identity that is no id",
    holds: ["text"],
    run: async ({ db }) => db.forIdentity(c.text),
  },
  {
    ...refused,
    name: "a platform use without a reason",
    holds: ["text"],
    run: async ({ db }) => db.platform({ actor: c.text, reason: "" }),
  },
  {
    ...refused,
    name: "a parameter that cannot be sent",
    holds: ["json", "field"],
    run: ({ handle }) => handle.execute(sql`select ${circular}::jsonb`),
  },
  {
    ...refused,
    name: "details of an audit record that are no JSON",
    holds: ["json", "field"],
    run: ({ handle }) => handle.tenancy.audit.record({ action: "look", targetType: "x.y", details: keyed }),
  },
  {
    ...refused,
    name: "a time that is none, in a query of its own",
    holds: ["text"],
    run: ({ handle }) => handle.update(invoices).set({ issuedAt: c.text as never }),
  },
  {
    ...refused,
    name: "more parameters than a message holds",
    holds: ["bulk"],
    run: ({ handle, companyId }) =>
      handle
        .insert(customers)
        .values(Array.from({ length: 30_000 }, () => ({ companyId, name: c.bulk, city: c.bulk }))),
  },
  {
    name: "a record that is missing",
    code: "NOT_FOUND",
    holds: ["uuid"],
    run: ({ handle }) => handle.accounting.customers.getById(c.uuid),
  },
  {
    name: "an invitation that is unknown",
    code: "NOT_FOUND",
    holds: ["invitationToken", "text"],
    run: ({ identity, tenantId }) =>
      identity.acceptInvitation(`${tenantId}.${c.invitationToken}`, { email: c.text, name: c.text }),
  },
  {
    name: "an invitation token of nobody",
    code: "NOT_FOUND",
    holds: ["invitationToken"],
    run: ({ identity }) => identity.acceptInvitation(c.invitationToken, { email: c.text, name: c.text }),
  },
  {
    name: "an idempotency key that came with another request",
    code: "CONFLICT",
    holds: ["idempotencyKey", "json"],
    run: async ({ handle }) => {
      const { idempotency } = handle.tenancy;
      const once = (request: string) =>
        idempotency.once({ operation: "pay", key: c.idempotencyKey, request }, () => Promise.resolve(c.json));
      await once("first");
      return once(c.json);
    },
  },
  {
    name: "work in an idempotent call that fails",
    code: "VALIDATION_FAILED",
    sqlState: "22P02",
    holds: ["idempotencyKey", "wrongType"],
    run: ({ handle }) =>
      handle.tenancy.idempotency.once({ operation: "pay", key: `${c.idempotencyKey}-2`, request: 1 }, (unit) =>
        unit.drizzle.execute(sql`select ${c.wrongType}::text::uuid`),
      ),
  },
  {
    name: "the last admin, who is demoted",
    code: "INVARIANT_VIOLATED",
    sqlState: "ZT002",
    holds: [],
    run: ({ handle, adminId }) => handle.tenancy.members.changeRole(adminId, "user"),
  },
  {
    name: "a user who is no member",
    code: "TENANT_ISOLATION",
    sqlState: "ZT001",
    holds: ["uuid"],
    run: ({ db, tenantId }) => db.forTenant({ tenantId, userId: c.uuid }).accounting.customers.list(),
  },
  {
    name: "a tenant that is entered by a stranger",
    code: "NOT_FOUND",
    holds: ["uuid"],
    run: ({ identity }) => identity.enterTenant(c.uuid),
  },
  {
    name: "a handle without a tenant",
    code: "TENANT_CONTEXT_MISSING",
    holds: [],
    run: async ({ db }) => db.select,
  },
  {
    name: "a transaction that its own SQL ended",
    code: "CONFLICT",
    holds: ["template"],
    run: ({ handle }) =>
      handle.transaction(async (tx) => {
        await tx.execute(sql.raw(`select '${c.template}'`));
        await tx.execute(sql`rollback`);
      }),
  },
  {
    name: "a query that was not awaited",
    code: "CONFLICT",
    holds: ["text"],
    run: ({ handle }) =>
      handle.transaction(async (tx) => {
        void tx.execute(sql`select ${c.text}::text`).catch(() => undefined);
      }),
  },
  {
    name: "a transaction that is used after its end",
    code: "CONFLICT",
    holds: ["text"],
    run: async ({ handle }) => {
      const tx = await handle.transaction(async (open) => open);
      return tx.execute(sql`select ${c.text}::text`);
    },
  },
  {
    name: "a second scope inside a transaction",
    code: "TENANT_ISOLATION",
    holds: ["text"],
    run: ({ handle, member, companyId }) =>
      handle.transaction(() => member.accounting.customers.create({ companyId, name: c.text, id: newId() })),
  },
];
