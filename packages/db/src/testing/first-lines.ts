import { isInstalled } from "./checkout";

const program = `import { createDatabase } from "@org/db";

const db = createDatabase(); // DATABASE_URL of .env
const platform = db.platform({ actor: "me", reason: "a first look" }); // DATABASE_PLATFORM_URL
const { tenant } = await platform.createTenant({ name: "Hello", admin: { email: "me@hello.example", name: "Me" } });
const hello = db.forTenant({ tenantId: tenant.id });
const company = await hello.tenancy.companies.create({ name: "Hello Ltd" });
await hello.accounting.customers.create({ companyId: company.id, name: "World" });
console.log((await hello.accounting.customers.list()).items);
await db.close();`;

/**
 * Ten lines that connect to the database of .env, for a POSIX shell as they are: they become a file of the folder, which is run.
 * In the workspace the file belongs to an app, as apps alone may import the package.
 */
export function firstLines(): string {
  const file = isInstalled() ? "hello.mjs" : "apps/tour/src/hello.ts";
  const sources = isInstalled() ? "" : " --conditions=@org/source --import tsx";
  return `cat > ${file} <<'END'\n${program}\nEND\nnode --env-file=.env${sources} ${file}`;
}
