import { randomUUID } from "node:crypto";
import fc from "fast-check";
import type pg from "pg";
import { describe, expect } from "vitest";
import { emailOf, foldEmail, isEmail } from "../../src/core/email";
import { ConflictError, NotFoundError } from "../../src/index";
import { scopeToTenant, type TestDatabase, type TestTenant } from "../../src/testing";
import { asLogin, bySql, outcomeOf, ownerRows, type Statement } from "../kit/sql";
import { freshTenant as it } from "../kit/tenants";
import { arrangeIdentity, freshEmail } from "./kit/people";

/** What the database itself says of each text: is it an address, and under which form is it unique? */
async function asDatabase(owner: pg.Client, texts: string[]): Promise<{ isEmail: boolean; folded: string }[]> {
  const { rows } = await owner.query<{ rule: string; folding: string }>(`
    select pg_get_expr(c.conbin, c.conrelid) as rule, pg_get_expr(d.adbin, d.adrelid) as folding
    from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attname = 'email_lower'
    join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where c.conname in ('users_email_check', 'invitations_email_check') order by c.conname`);
  expect(new Set(rows.map((row) => row.rule + row.folding)).size).toBe(1);
  const [said] = rows;
  const text = `select (${said?.rule}) as "isEmail", ${said?.folding} as folded
    from unnest($1::text[]) with ordinality as t (email, position) order by position`;
  return (await owner.query<{ isEmail: boolean; folded: string }>(text, [texts])).rows;
}

/** Texts near to an address: pieces of addresses, and what folds, hides or turns letters. */
const nearAddresses = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom("nick", "mail", "Example", "@", ".", "-", "com", "xn--", "1", "A", "'") },
      { weight: 2, arbitrary: fc.constantFrom("İ", "ı", "\u212a", "ſ", "É", "é", "\u0301", "ß", "\u200b", "\u202e") },
      { weight: 1, arbitrary: fc.constantFrom(" ", "\n", "\t", '"', "\\", "..", "@@", "_", "a".repeat(64), "\u00a0") },
      { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 2 }) },
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((pieces) => pieces.join("").replaceAll("\0", "").toWellFormed());

describe("the rule of addresses", () => {
  it("is the same in TypeScript and in the database, also for what nobody expects", async ({ test }) => {
    const addresses = fc.sample(nearAddresses, 1_500).flatMap((text) => [text, `nick@${text}`, `${text}@mail.example`]);
    const said = await test.asOwner((owner) => asDatabase(owner, addresses));
    const ours = addresses.map((text) => ({ isEmail: isEmail(text), folded: foldEmail(text) }));
    expect(said).toEqual(ours);
    const accepted = ours.filter((each) => each.isEmail).length;
    expect(accepted).toBeGreaterThan(100);
    expect(accepted).toBeLessThan(addresses.length - 1_000);
  });

  it("holds for every text that a repository takes: what it stores, the database takes", async ({ test }) => {
    const stored = fc.sample(nearAddresses, 1_500).flatMap((text) => emailOf(`nick@${text}`) ?? []);
    expect(stored.length).toBeGreaterThan(100);
    const said = await test.asOwner((owner) => asDatabase(owner, stored));
    expect(said.every((each) => each.isEmail)).toBe(true);
  });

  it("keeps every column with addresses of persons, whoever writes", async ({ test, acme }) => {
    const wrong = ["nick@maİl.example", "nic\u212a@mail.example", "é@mail.example", " a@b", "a@b ", "nobody", ""];
    for (const email of wrong) {
      const member: Statement = ["insert into tenancy.users (email, name) values ($1, 'N')", [email]];
      const invitation: Statement = [
        "insert into tenancy.invitations (email, token_hash, expires_at) values ($1, 'x', now())",
        [email],
      ];
      expect([email, await bySql(test, acme, member)]).toEqual([email, "23514"]);
      expect([email, await bySql(test, acme, invitation)]).toEqual([email, "23514"]);
    }
    // Better Auth folds by JavaScript's rule, and these are what it would make of İ and of a capital letter.
    for (const email of [...wrong, "nick@mai\u0307l.example", "Nick@mail.example"]) {
      const signUp = asLogin(test.urls.identity, (client) =>
        client.query(`insert into auth."user" (name, email) values ('N', $1)`, [email]),
      );
      expect([email, await outcomeOf(signUp)]).toEqual([email, "23514"]);
    }
  });
});

/** Texts that look like `nick@mail.example`, or that some rule of folding would make of it. */
const similar = [
  "nick@maİl.example",
  "nıck@mail.example",
  "nic\u212a@mail.example",
  "nick@mail.example.",
  " nick@mail.example",
  "nick@mail.example\u200b",
  "nick@mail.ex\u0430mple",
  "nick@ma\u0456l.example",
  "nick@xn--mail-swc.example",
  "nick+1@mail.example",
  "n.ick@mail.example",
  "nick@mail.example.com",
];

/** What would become of SQL of the tenant if members had not the trigger keep_membership; taken back. */
const withoutTrigger = (test: TestDatabase, of: TestTenant, [text, values]: Statement) =>
  test.asOwner(async (owner) => {
    await owner.query("begin; alter table tenancy.users disable trigger keep_membership; set local role authenticated");
    await scopeToTenant(owner, of.tenant.id);
    const outcome = await outcomeOf(owner.query(text, values));
    await owner.query("rollback");
    return outcome;
  });

describe("an account that was made beforehand", () => {
  it("is claimed by nobody whose address is only similar", async ({ test, acme }) => {
    const { members } = acme.handle.tenancy;
    const account = await members.ensureMember({ email: "nick@mail.example", name: "Nick", role: "admin" });
    for (const email of similar) {
      const address = emailOf(email);
      const mallory = await arrangeIdentity(test, address === undefined ? freshEmail("m") : foldEmail(address));
      // Under the similar address, and under that of the account, which is not the identity's.
      for (const given of [email, account.email]) {
        const outcome = await members.ensureMember({ identityId: mallory.id, email: given, name: "M" }).then(
          (user) => (user.id === account.id ? "the account" : "an account of its own"),
          (error: Error) => error.name,
        );
        const refused = given === email ? "ValidationError" : "ConflictError";
        expect([email, given, outcome]).toEqual([email, given, address ? "an account of its own" : refused]);
      }
    }
    expect((await members.getById(account.id)).identityId).toBeNull();
  });

  it("is claimed under its address in any case of A to Z, once that is verified", async ({ test, acme }) => {
    const { members } = acme.handle.tenancy;
    const email = freshEmail("grace");
    const account = await members.ensureMember({ email, name: "Grace", role: "admin" });
    const grace = await arrangeIdentity(test, email, { verified: false });
    const claim = () => members.ensureMember({ identityId: grace.id, email: email.toUpperCase(), name: "G" });
    await expect(claim()).rejects.toMatchObject({
      name: "ConflictError",
      message: expect.stringContaining("has not verified the e-mail address yet"),
    });
    expect((await members.getById(account.id)).identityId).toBeNull();
    await test.asOwner((owner) =>
      owner.query(`update auth."user" set email_verified = true where id = $1`, [grace.id]),
    );
    expect(await claim()).toMatchObject({ id: account.id, identityId: grace.id });
  });

  it("is found under an international address in both of its forms", async ({ acme }) => {
    const { members } = acme.handle.tenancy;
    const account = await members.ensureMember({ email: "ada@münchen.example", name: "Ada" });
    expect(account.email).toBe("ada@xn--mnchen-3ya.example");
    expect(await members.findByEmail("ADA@xn--mnchen-3ya.example")).toEqual(account);
    expect(await members.findByEmail("ada@münchen.example")).toEqual(account);
    for (const nobody of ["ada@mu\u0308nchen.example", "nobody", ""]) {
      expect(await members.findByEmail(nobody)).toBeUndefined();
    }
  });

  it("is given to nobody else by SQL of a job, in any form", async ({ test, acme }) => {
    const { members } = acme.handle.tenancy;
    const [email, other] = [freshEmail("nick"), freshEmail("other")];
    const account = await members.ensureMember({ email, name: "Nick", role: "admin" });
    const second = await members.ensureMember({ email: other, name: "Other" });
    const mallory = await arrangeIdentity(test);
    const unproven = await arrangeIdentity(test, email, { verified: false });
    const owned = await arrangeIdentity(test, other);
    await members.ensureMember({ identityId: owned.id, email: other, name: "Other" });
    const insert = "insert into tenancy.users (id, email, name, identity_id) values ($1, $2, 'M', $3)";
    const statements: [string, string, unknown[]][] = [
      ["ZT003", "update tenancy.users set identity_id = $2 where id = $1", [account.id, mallory.id]],
      ["ZT003", "update tenancy.users set identity_id = $2 where id = $1", [account.id, unproven.id]],
      ["ZT004", "update tenancy.users set identity_id = $2 where id = $1", [account.id, randomUUID()]],
      ["ZT003", "update tenancy.users set email = $2 where id = $1", [second.id, mallory.email]],
      ["ZT003", insert, [randomUUID(), freshEmail(), mallory.id]],
      ["ZT004", insert, [randomUUID(), freshEmail(), randomUUID()]],
      [
        "ZT003",
        `${insert} on conflict (tenant_id, id) do update set identity_id = $3`,
        [account.id, freshEmail(), mallory.id],
      ],
      [
        "ZT003",
        `merge into tenancy.users u using (select $1::uuid as id, $2::uuid as identity_id) s on u.id = s.id
         when matched then update set identity_id = s.identity_id`,
        [account.id, mallory.id],
      ],
    ];
    // Each is what the trigger alone stops.
    for (const [, text, values] of statements) {
      expect([text, await withoutTrigger(test, acme, [text, values])]).toEqual([text, "done"]);
    }
    for (const [code, text, values] of statements)
      expect([text, await bySql(test, acme, [text, values])]).toEqual([text, code]);
    const letGo: Statement = ["update tenancy.users set identity_id = null where id = $1", [second.id]];
    const swap: Statement = ["update tenancy.users set identity_id = $2 where id = $1", [account.id, owned.id]];
    expect(await bySql(test, acme, letGo, swap)).toBe("ZT003");
    expect(
      await ownerRows(test, "select user_id from auth.memberships where identity_id = any ($1)", [
        [mallory.id, unproven.id],
      ]),
    ).toEqual([]);
    expect((await members.getById(account.id)).identityId).toBeNull();
    expect((await members.getById(second.id)).identityId).toBe(owned.id);
  });
});

describe("an invitation", () => {
  it("is accepted by nobody whose address is only similar, or not verified", async ({ test, acme }) => {
    const email = "nick@mail.example";
    const { invitation, token } = await acme.handle.tenancy.invitations.create({ email, role: "admin" });
    const accept = (identityId: string, given: string) =>
      test.db.forIdentity(identityId).acceptInvitation(token, { email: given, name: "N" });
    for (const given of similar.slice(0, 4)) {
      const mallory = await arrangeIdentity(test, freshEmail("m"));
      await expect(accept(mallory.id, given)).rejects.toThrow(NotFoundError);
      // Whoever says the right address must have it.
      await expect(accept(mallory.id, email)).rejects.toThrow(ConflictError);
    }
    const nick = await arrangeIdentity(test, email, { verified: false });
    await expect(accept(nick.id, email)).rejects.toThrow(ConflictError);
    expect((await acme.handle.tenancy.invitations.listOpen()).map((open) => open.id)).toEqual([invitation.id]);
    expect((await acme.handle.tenancy.members.list()).items).toHaveLength(1);
    await test.asOwner((owner) => owner.query(`update auth."user" set email_verified = true where id = $1`, [nick.id]));
    expect(await accept(nick.id, email.toUpperCase())).toMatchObject({ identityId: nick.id, role: "admin" });
  });

  it("is written to no other account by SQL", async ({ test, acme }) => {
    const { invitations, members } = acme.handle.tenancy;
    const { invitation } = await invitations.create({ email: freshEmail("ada") });
    const person = await arrangeIdentity(test);
    const other = await members.ensureMember({ identityId: person.id, email: person.email, name: "Other" });
    const nobody = await members.ensureMember({ email: freshEmail(), name: "No identity" });
    const text = "update tenancy.invitations set status = 'accepted', accepted_by = $2 where id = $1";
    expect(await bySql(test, acme, [text, [invitation.id, other.id]])).toBe("ZT003");
    expect(await bySql(test, acme, [text, [invitation.id, nobody.id]])).toBe("ZT004");
  });
});
