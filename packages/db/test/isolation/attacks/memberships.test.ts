import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { arrangeIdentity } from "../../tenancy/kit/people";
import type { Arena } from "../arena";
import { attempt, type Outcome, type Settings } from "../checks/attempt";
import { newTenantSide } from "../checks/duel";
import { codeOf, inWords, notRefused, openField, strike, tenantOf } from "./strikes";

/*
 * One function reads memberships across tenants, as a role that may; another checks the scope's user, with the scope's
 * own rights. They take no argument: whom they answer for is decided by the scope alone, and they tell it nothing of
 * anybody else.
 */
let arena: Arena;
let own: string;
let theirs: string;
/** An active member of the attacker's tenant, and one of the victim's: the identity, and the user there. */
let ada: Member;
let bob: Member;

interface Member {
  identity: string;
  user: string;
}

beforeAll(async () => {
  arena = await openField();
  own = tenantOf(arena.duel.attacker);
  theirs = tenantOf(arena.duel.victim);
  ada = await newMember(own);
  bob = await newMember(theirs);
});
afterAll(() => arena.close());

async function newMember(tenant: string, status = "active"): Promise<Member> {
  const { id, email } = await arrangeIdentity(arena.test);
  const { rows } = await arena.duel.owner.query<{ id: string }>(
    `insert into tenancy.users (tenant_id, identity_id, email, name, status) values ($1, $2, $3, 'Member', $4)
     returning id`,
    [tenant, id, email, status],
  );
  return { identity: id, user: rows[0]?.id ?? "" };
}

const memberships = (settings: Settings, rest = "") =>
  attempt(arena.duel.login, settings, { text: `select tenant_id, user_id from self.memberships() ${rest}` });

describe("self.memberships()", () => {
  const hers = () => [{ tenant_id: own, user_id: ada.user }];

  it("attack 21: answers the scope's identity, and no scope that has none", async () => {
    const his = [{ tenant_id: theirs, user_id: bob.user }];
    expect((await memberships({ identity: ada.identity })).rows).toEqual(hers());
    expect((await memberships({ identity: bob.identity })).rows).toEqual(his);
    for (const settings of [{}, { identity: "" }, { identity: randomUUID() }, { tenant: own }, { tenant: theirs }]) {
      expect([settings, inWords(await memberships(settings))]).toEqual([settings, "accepted, 0 rows"]);
    }
  });

  it("attack 21: a tenant in the scope changes nothing about it", async () => {
    expect((await memberships({ identity: ada.identity, tenant: theirs })).rows).toEqual(hers());
  });

  it("attack 21: no predicate is asked about another identity's membership", async () => {
    const trap = (tenant: string) => `where 1 / (case when tenant_id = '${tenant}' then 0 else 1 end) > 0`;
    expect(codeOf(await memberships({ identity: ada.identity }, trap(own)))).toBe("22012");
    expect(codeOf(await memberships({ identity: ada.identity }, trap(theirs)))).toBe("accepted, 1 rows");
    expect(codeOf(await memberships({ identity: ada.identity }, `where user_id = '${bob.user}' or true`))).toBe(
      "accepted, 1 rows",
    );
  });

  it("attack 31, documented limit: SQL that sets another identity in its scope is answered for that one", async () => {
    const { rows } = await strike(
      arena.duel,
      `select m.tenant_id from (select set_config('app.current_identity_id', $1, true) as v offset 0) s
       cross join lateral (select tenant_id from self.memberships() where s.v is not null) m`,
      bob.identity,
    );
    expect(rows).toEqual([{ tenant_id: theirs }]);
  });
});

describe("require_active_member()", () => {
  const asking = "select set_config('app.current_user_id', $1, true), tenancy.require_active_member()";
  /** Asks as the statement that sets the scope does. */
  const asMember = (tenant: string, user: string): Promise<Outcome> =>
    attempt(arena.duel.login, { tenant }, { text: asking, values: [user] });

  it("attack 21: lets the members of the scope's tenant pass, and a scope without a user", async () => {
    for (const [tenant, user] of [
      [own, ada.user],
      [theirs, bob.user],
      [own, ""],
    ] as const) {
      expect(codeOf(await asMember(tenant, user))).toBe("accepted, 1 rows");
    }
  });

  it("attack 21: refuses another tenant's member, and one who is not active, word for word like nobody", async () => {
    const nobody = await asMember(own, randomUUID());
    expect(codeOf(nobody)).toBe("ZT001");
    const suspended = await newMember(own, "suspended");
    const archived = await newTenantSide(arena.duel.owner, "Archived");
    const left = await newMember(tenantOf(archived));
    expect(codeOf(await asMember(tenantOf(archived), left.user))).toBe("accepted, 1 rows");
    await arena.duel.owner.query("update tenancy.tenants set status = 'archived' where id = $1", [tenantOf(archived)]);
    for (const [tenant, user] of [
      [own, bob.user],
      [theirs, ada.user],
      [own, suspended.user],
      [tenantOf(archived), left.user],
      [randomUUID(), ada.user],
      ["", ada.user],
    ] as const) {
      expect(await asMember(tenant, user)).toEqual(nobody);
    }
  });
});

describe("both", () => {
  it("attack 21: take no argument that could name somebody else", async () => {
    for (const call of ["self.memberships", "tenancy.require_active_member"]) {
      expect(codeOf(await strike(arena.duel, `select ${call}($1::uuid)`, bob.identity))).toBe("42883");
    }
  });

  it("attack 21: lend their rights to nothing else", async () => {
    const open = await notRefused(arena.duel, [
      "set local role self_service",
      "set local role membership_keeper",
      "grant self_service to current_user",
      "alter function self.memberships() owner to current_user",
      "alter function self.memberships() set search_path = public",
      "create or replace function self.memberships() returns int language sql security definer as 'select 1'",
      "alter policy own_memberships on auth.memberships to authenticated",
    ]);
    expect(open).toEqual([]);
  });
});
