import { randomUUID } from "node:crypto";
import type { User } from "../../../src/tenancy";
import type { TestDatabase, TestTenant } from "../../../src/testing";

/** A row of auth.user, as Better Auth would have written it; the address is verified unless said otherwise. */
export async function arrangeIdentity(
  test: TestDatabase,
  email = freshEmail(),
  { verified = true } = {},
): Promise<{ id: string; email: string }> {
  const id = randomUUID();
  await test.asOwner((owner) =>
    owner.query(`insert into auth."user" (id, name, email, email_verified) values ($1, 'Person', $2, $3)`, [
      id,
      email,
      verified,
    ]),
  );
  return { id, email };
}

/** An address that no other test uses. */
export function freshEmail(name = "person"): string {
  return `${name}-${randomUUID()}@example.com`;
}

/** Another active member of the tenant. */
export function addMember(to: TestTenant, role: User["role"] = "user", name = "Member"): Promise<User> {
  return to.handle.tenancy.members.ensureMember({ email: freshEmail(), name, role });
}
