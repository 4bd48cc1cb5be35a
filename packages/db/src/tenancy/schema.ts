export * from "./schema/auth";
export * from "./schema/counters";
export * from "./schema/identity";
export * from "./schema/members";
export { auth, self, tenancy } from "./schema/schemas";
export * from "./schema/tenants";
export * from "./schema/trail";
export * from "./states";
