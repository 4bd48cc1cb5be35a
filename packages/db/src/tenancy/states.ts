import { stateMachine } from "../core/states";

/** Only the platform changes it, and may bring in a tenant as it is elsewhere. */
export const tenantStatus = stateMachine({
  table: "tenancy.tenants",
  states: ["active", "suspended", "archived"],
  initial: ["active", "suspended", "archived"],
  transitions: [
    { from: "active", to: ["suspended", "archived"] },
    { from: "suspended", to: ["active", "archived"] },
  ],
  refusals: [{ from: "archived", sentence: "An archived tenant stays archived" }],
});

/** A member who was removed keeps the row, because documents and the audit trail refer to it. */
export const userStatus = stateMachine({
  table: "tenancy.users",
  states: ["active", "suspended", "removed"],
  initial: ["active", "suspended", "removed"],
  transitions: [
    { from: "active", to: ["suspended", "removed"] },
    { from: "suspended", to: ["active", "removed"] },
    { from: "removed", to: "active" },
  ],
  refusals: [
    { from: "removed", to: "suspended", sentence: "A removed member is not suspended: reactivate the member" },
  ],
});

/** One that has expired stays pending and is refused. */
export const invitationStatus = stateMachine({
  table: "tenancy.invitations",
  states: ["pending", "accepted", "revoked"],
  initial: ["pending"],
  transitions: [{ from: "pending", to: ["accepted", "revoked"] }],
  start: "A new invitation is pending: insert it as one",
  refusals: [{ sentence: "This invitation is {from} and stays so: make another" }],
});
