/*
 * For the tests of applications that use @org/db: a real server, a migrated database per file, tenants in one line.
 */
export { createCustomer, createInvoice, createVendor } from "../accounting/testing";
export { createTestDatabase, type TestDatabase } from "./database";
export { type OpenedDevelopmentDatabase, openDevelopmentDatabase } from "./development";
export { createTenant, factories, type TestTenant } from "./factories";
export { currentTestRun, type StartedTestRun, startTestRun, type TestRun } from "./run";
export { startTestServer, type TestServer } from "./server/start-test-server";
export { asTenantSql, beginAsTenant, scopeToTenant } from "./tenant-sql";
