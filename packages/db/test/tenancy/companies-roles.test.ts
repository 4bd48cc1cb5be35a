import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ForeignKeyViolationError, NotFoundError, UniqueViolationError, ValidationError } from "../../src/index";
import type { NewCompany, NewRole } from "../../src/tenancy";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import { pagesOf } from "../kit/pages";
import { addMember, arrangeIdentity, freshEmail } from "./kit/people";

let test: TestDatabase;
let acme: TestTenant;
let other: TestTenant;

beforeAll(async () => {
  test = await createTestDatabase();
  other = await createTenant(test, "Other");
});
afterAll(() => test.close());
beforeEach(async () => {
  acme = await createTenant(test);
});

const companies = () => acme.handle.tenancy.companies;
const roles = () => acme.handle.tenancy.roles;

describe("companies", () => {
  const full = {
    name: "Acme España, S.A.",
    taxId: "A-1234",
    address: "Gran Vía 1\n28013 Madrid",
    email: "hola@acme.example",
    phone: "+34 1",
    logoUrl: "https://acme.example/logo.svg",
  };

  it("are created, read, changed, archived and restored", async () => {
    const created = await companies().create(full);
    expect(created).toMatchObject({ ...full, status: "active", tenantId: acme.tenant.id });
    expect(await companies().getById(created.id)).toEqual(created);
    const changed = await companies().update(created.id, { name: "Acme", phone: null });
    expect(changed).toMatchObject({ ...full, name: "Acme", phone: null });
    expect(changed.updatedAt.getTime()).toBeGreaterThanOrEqual(created.updatedAt.getTime());
    expect((await companies().archive(created.id)).status).toBe("inactive");
    expect((await companies().restore(created.id)).status).toBe("active");
  });

  it("keep an id that the caller chose, and refuse it a second time", async () => {
    const id = randomUUID();
    expect((await companies().create({ id, name: "Chosen" })).id).toBe(id);
    await expect(companies().create({ id, name: "Again" })).rejects.toThrow(UniqueViolationError);
  });

  it("come in pages, in the order they were created", async () => {
    const made = [acme.company.id];
    for (let i = 0; i < 6; i += 1) made.push((await companies().create({ name: `Branch ${i}` })).id);
    const pages = await pagesOf((request) => companies().list(request), 3);
    expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
    expect(pages.flat().map((company) => company.id)).toEqual(made.sort());
  });

  it("of another tenant are not there", async () => {
    const { id } = other.company;
    expect(await companies().findById(id)).toBeUndefined();
    await expect(companies().getById(id)).rejects.toThrow(NotFoundError);
    await expect(companies().update(id, { name: "Mine" })).rejects.toThrow(NotFoundError);
    await expect(companies().archive(id)).rejects.toThrow(NotFoundError);
    expect((await other.handle.tenancy.companies.getById(id)).name).toBe("Other Ltd");
  });

  it("are never deleted by the runtime login", async () => {
    const attempt = acme.handle.execute("delete from tenancy.companies");
    await expect(attempt).rejects.toMatchObject({ code: "PERMISSION_DENIED", sqlState: "42501" });
  });
});

describe("roles", () => {
  it("are given, listed by name, and taken away", async () => {
    const user = await addMember(acme);
    const approver = await roles().create({ name: "Approver", permissions: ["pr.approve", "pr.read"] });
    const reader = await roles().create({ name: "A reader", description: "reads", permissions: ["pr.read"] });
    expect((await roles().list()).map((role) => role.name)).toEqual(["A reader", "Approver"]);

    await roles().assign(user.id, approver.id);
    await roles().assign(user.id, approver.id);
    await roles().assign(user.id, reader.id);
    expect(await roles().listOfUser(user.id)).toEqual([reader, approver]);

    await roles().unassign(user.id, approver.id);
    await roles().unassign(user.id, approver.id);
    expect(await roles().listOfUser(user.id)).toEqual([reader]);
  });

  it("answer whether a member holds a permission, to the letter", async () => {
    const [user, colleague] = [await addMember(acme), await addMember(acme)];
    const role = await roles().create({ name: "Approver", permissions: ["pr.approve"] });
    await roles().assign(user.id, role.id);
    const ask = (userId: string, permission: string) => roles().hasPermission(userId, permission);
    expect(await ask(user.id, "pr.approve")).toBe(true);
    for (const near of ["pr.approv", "PR.APPROVE", "pr.*", ""]) expect(await ask(user.id, near), near).toBe(false);
    expect(await ask(colleague.id, "pr.approve")).toBe(false);
    await roles().delete(role.id);
    expect(await ask(user.id, "pr.approve")).toBe(false);
    expect(await roles().listOfUser(user.id)).toEqual([]);
  });

  it("have names of their own within the tenant", async () => {
    await roles().create({ name: "Approver" });
    await expect(roles().create({ name: "Approver" })).rejects.toMatchObject({
      code: "UNIQUE_VIOLATION",
      constraint: "roles_name_unique",
    });
    expect((await other.handle.tenancy.roles.create({ name: "Approver" })).permissions).toEqual([]);
  });

  it("are not given across tenants, in either direction", async () => {
    const [user, role] = [await addMember(acme), await roles().create({ name: "Ours" })];
    const theirs = await other.handle.tenancy.roles.create({ name: freshEmail("theirs") });
    await expect(roles().assign(user.id, theirs.id)).rejects.toThrow(ForeignKeyViolationError);
    await expect(roles().assign(other.admin.id, role.id)).rejects.toThrow(ForeignKeyViolationError);
    await expect(roles().assign(user.id, randomUUID())).rejects.toThrow(ForeignKeyViolationError);
    await expect(roles().delete(theirs.id)).rejects.toThrow(NotFoundError);
    expect(await roles().listOfUser(other.admin.id)).toEqual([]);
  });
});

describe("an input that does not fit", () => {
  // Each holds a secret where the refused value is; no error may show it.
  const secret = "s3cret-value-4711";
  const email = `${secret} at home`;
  const calls: [string, string[], (t: TestTenant["handle"]["tenancy"]) => unknown][] = [
    ["a company without a name", ["name"], (t) => t.companies.create({ taxId: secret } as unknown as NewCompany)],
    ["a company with an empty name", ["name"], (t) => t.companies.create({ name: "  ", taxId: secret })],
    ["a company whose tax id is a number", ["taxId"], (t) => t.companies.create({ name: "x", taxId: 4711 as never })],
    [
      "a company with NUL in its address",
      ["address"],
      (t) => t.companies.create({ name: "x", address: `${secret}\0` }),
    ],
    ["a company with half a character", ["name"], (t) => t.companies.create({ name: `${secret}\ud800` })],
    ["a company of another tenant", [""], (t) => t.companies.create({ name: "x", tenantId: secret } as NewCompany)],
    ["a company with a made-up id", ["id"], (t) => t.companies.create({ id: secret, name: "x" })],
    ["a change to nothing", [""], (t) => t.companies.update(acme.company.id, {})],
    [
      "a change to an unknown field",
      [""],
      (t) => t.companies.update(acme.company.id, { name: "x", [secret]: 1 } as never),
    ],
    ["a change of status", ["status"], (t) => t.companies.update(acme.company.id, { status: secret as "active" })],
    ["a change to an empty name", ["name"], (t) => t.companies.update(acme.company.id, { name: " " })],
    ["a role without a name", ["name"], (t) => t.roles.create({ description: secret } as unknown as NewRole)],
    ["an empty permission", ["permissions.1"], (t) => t.roles.create({ name: "x", permissions: [secret, " "] })],
    [
      "permissions that are no list",
      ["permissions"],
      (t) => t.roles.create({ name: "x", permissions: secret as never }),
    ],
    ["a member's address and name", ["email", "name"], (t) => t.members.ensureMember({ email, name: "" })],
    [
      "an identity that is no UUID",
      ["identityId"],
      (t) => t.members.ensureMember({ identityId: secret, email: "a@b", name: "x" }),
    ],
    ["a member's role", [""], (t) => t.members.changeRole(acme.admin.id, secret as "admin")],
    ["settings", [""], (t) => t.members.updateSettings(acme.admin.id, { [secret]: () => secret })],
    ["an invitation", ["email"], (t) => t.invitations.create({ email })],
    ["the tenant's name", [""], (t) => t.tenant.rename(`${secret}\0`)],
    ["a security event", ["severity"], (t) => t.securityEvents.report({ type: "x", severity: secret as "low" })],
    ["a page size", ["limit"], (t) => t.audit.listOfTarget("tenancy.users", acme.admin.id, 0)],
  ];

  it.each(calls)("%s: the error names the field and never holds the value", async (_what, paths, attempt) => {
    const error = await (async () => attempt(acme.handle.tenancy))().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ValidationError);
    const { issues, message, stack } = error as ValidationError;
    expect(issues.map((issue) => issue.path)).toEqual(paths);
    expect(issues.every((issue) => issue.message.length > 0)).toBe(true);
    const shown = [message, stack, JSON.stringify(error), inspect(error, { depth: 10, showHidden: true })];
    for (const text of shown) expect(text).not.toContain(secret);
  });

  it.each(calls)("%s: is refused by a rejected promise, not thrown at the caller", (_what, _paths, attempt) => {
    const outcome = attempt(acme.handle.tenancy);
    expect(outcome).toBeInstanceOf(Promise);
    return expect(outcome).rejects.toThrow(ValidationError);
  });

  it("in a profile names the field and never holds the value", async () => {
    const { profile } = test.db.forIdentity((await arrangeIdentity(test)).id);
    for (const [path, value] of [
      ["dni", `${secret}${"x".repeat(20)}`],
      ["birthDate", `2026-02-30 ${secret}`],
      ["phone", "5".repeat(51)],
      ["avatarUrl", `${secret}\0`],
    ] as const) {
      const error = await profile.save({ [path]: value }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ValidationError);
      expect((error as ValidationError).issues.map((issue) => issue.path)).toEqual([path]);
      expect(inspect(error, { depth: 10 })).not.toContain(secret);
    }
    expect(await profile.find()).toBeUndefined();
  });

  it("is refused by the database in the same silence when it gets past the schemas", async () => {
    const attempt = acme.handle.execute(`update tenancy.companies set name = '' where name <> '${secret}'`);
    const error = await Promise.resolve(attempt).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "CHECK_VIOLATION", constraint: "companies_name_check" });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(secret);
  });
});
