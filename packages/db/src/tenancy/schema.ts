export * from "./schema/auth";
export * from "./schema/counters";
export * from "./schema/members";
export { auth, tenancy } from "./schema/schemas";
export * from "./schema/tenants";
export * from "./schema/trail";
export * from "./states";
