import { describe, expect, it } from "vitest";
import { standardChart } from "../../src/accounting/standard-chart";
import { violationKinds } from "../../src/accounting/validation/reports";
import { commands } from "../../src/cli/commands";
import { poolLimits } from "../../src/client/config";
import { picture, stateMachines } from "../../src/core/states";
import { catalogueScope, domains } from "../../src/domains";
import * as api from "../../src/index";
import { createDatabase, DatabaseError, errorCodes, newId } from "../../src/index";
import { codeIn, filesOf, pageAt, pages, read, tableOf } from "./markdown";

/** The code of all backticks in a column. */
const column = (rows: string[][], index: number) => rows.flatMap((row) => codeIn(row[index] ?? ""));
const sorted = (names: Iterable<string>) => [...new Set(names)].sort();
const sources = filesOf()
  .filter((path) => /^packages\/db\/src\/.*\.ts$|^scripts\//.test(path) && !path.includes(".test."))
  .map(read);

describe("docs/commands.md", () => {
  it("lists the scripts of package.json, and no others", () => {
    const { scripts }: { scripts: object } = JSON.parse(read("package.json"));
    const listed = column(tableOf(pageAt("docs/commands.md"), "Commands"), 0);
    expect(sorted(listed)).toEqual(sorted(Object.keys(scripts)));
  });
});

describe("the options in docs/commands.md", () => {
  it("are those that the commands declare, and no others", () => {
    const declared = Object.entries(commands).flatMap(([name, { options }]) =>
      Object.entries(options).map(
        ([option, { value }]) => `db:${name} --${option}${value === undefined ? "" : `=<${value}>`}`,
      ),
    );
    expect(sorted(column(tableOf(pageAt("docs/commands.md"), "Options"), 0))).toEqual(sorted(declared));
  });
});

describe("every page", () => {
  it("names scripts that exist", () => {
    const { scripts }: { scripts: object } = JSON.parse(read("package.json"));
    const known = new Set([...Object.keys(scripts), "install", "add"]);
    const named = pages.flatMap(({ path, prose, blocks }) =>
      [...codeIn(prose), ...blocks.filter(({ language }) => language === "sh").map(({ text }) => text)]
        .flatMap((code) => [...code.matchAll(/\bpnpm(?:@[\d.]+)? ([a-z][\w:]*)/g)])
        .map(([, script = ""]) => ({ path, script }))
        // `pnpm db:*` means all of them.
        .filter(({ script }) => !script.endsWith(":")),
    );
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter(({ script }) => !known.has(script))).toEqual([]);
  });

  it("names tables, views and functions that the database has", () => {
    const schema = read("packages/db/schema.sql");
    const qualified = new RegExp(`^(?:${catalogueScope.schemas.join("|")})\\.[a-z]+(?:_[a-z]+)*$`);
    const named = pages.flatMap(({ path, prose }) =>
      codeIn(prose)
        .filter((name) => qualified.test(name))
        .map((name) => ({ path, name })),
    );
    const has = (name: string) => new RegExp(`\\b${name.replace(".", '\\."?')}\\b`).test(schema);
    expect(named.filter(({ name }) => !has(name))).toEqual([]);
  });
});

describe("docs/configuration.md", () => {
  const page = pageAt("docs/configuration.md");
  const variables = tableOf(page, "Environment variables");
  const options = tableOf(page, "Pool options");
  const name = /\b(?:DATABASE|DB|ORG_DB)_[A-Z][A-Z_]*[A-Z]\b|\bPGURI\b|\bNODE_ENV\b/g;
  // A code of errors, the codes of warnings, and what a test run tells its own processes.
  const others = new Set([
    ...["DATABASE_ERROR", "ORG_DB_UNSAFE_LOGIN", "ORG_DB_RELOADS", "ORG_DB_ON_QUERY", "ORG_DB_TEST_RUN"],
  ]);
  const mentioned = (text: string) => (text.match(name) ?? []).filter((variable) => !others.has(variable));

  it("lists the variables that the code reads, and no others", () => {
    const listed = mentioned(variables.map(([names, , meaning]) => `${names} ${meaning}`).join());
    expect(sorted(listed)).toEqual(sorted(sources.flatMap(mentioned)));
  });

  it("lists the variables of .env.example, and no others", () => {
    const listed = mentioned(variables.map(([names, , meaning]) => `${names} ${meaning}`).join());
    expect(sorted(mentioned(read(".env.example")))).toEqual(sorted(listed));
  });

  it("states the defaults of the variables", () => {
    const limits = poolLimits({}, {});
    const stated = new Map(variables.map(([names = "", value = ""]) => [codeIn(names)[0], Number.parseInt(value, 10)]));
    expect({
      max: stated.get("DB_CONNECTION_LIMIT"),
      connectionTimeoutMillis: stated.get("DB_CONNECTION_TIMEOUT"),
      idleTimeoutMillis: stated.get("DB_IDLE_TIMEOUT"),
      statementTimeoutMillis: stated.get("DB_STATEMENT_TIMEOUT"),
      queryTimeoutMillis: stated.get("DB_QUERY_TIMEOUT"),
    }).toEqual({
      max: limits.max,
      connectionTimeoutMillis: limits.connectionTimeoutMillis,
      idleTimeoutMillis: limits.idleTimeoutMillis,
      statementTimeoutMillis: limits.statementTimeoutMillis,
      queryTimeoutMillis: limits.queryTimeoutMillis,
    });
  });

  it("lists the pool options with their defaults", () => {
    const stated = options.flatMap(([names = "", values = ""]) =>
      codeIn(names).map((option, index) => [option, values.replaceAll(" ", "").split(",")[index] ?? ""] as const),
    );
    const limits = Object.entries(poolLimits({}, {})).map(([option, value]) => [option, String(value)] as const);
    const others = ["allowExitOnIdle", "onQuery", "unsafeLogin", "reloadKey"];
    expect(new Map(stated.filter(([option]) => !others.includes(option)))).toEqual(new Map(limits));
  });
});

describe("docs/errors.md", () => {
  it("lists every class with its code, and no others", () => {
    const listed = tableOf(pageAt("docs/errors.md"), "Errors").map((row) => [
      codeIn(row[0] ?? "")[0],
      codeIn(row[1] ?? "")[0],
    ]);
    const classes: Record<string, unknown> = api;
    const inCode = Object.entries(classes).flatMap(([name, value]) => {
      return isErrorClass(value) ? [[name, codeOf(value)]] : [];
    });
    expect(listed.toSorted()).toEqual(inCode.toSorted());
    expect(sorted(listed.map(([, code]) => code ?? ""))).toEqual(sorted(errorCodes));
  });
});

function isErrorClass(value: unknown): value is new () => DatabaseError {
  return typeof value === "function" && (value === DatabaseError || value.prototype instanceof DatabaseError);
}

// Some are made from a message, others from the list that it tells of.
function codeOf(errorClass: new () => DatabaseError): string {
  const error: DatabaseError = Reflect.construct(errorClass, [[]]);
  return error.code;
}

describe("docs/troubleshooting.md", () => {
  const corpus = [...sources, read("packages/db/schema.sql"), read("scripts/run.mjs")].join("\n");

  it("quotes messages that the code has", () => {
    const quoted = tableOf(pageAt("docs/troubleshooting.md"), "Troubleshooting").flatMap(([seen = ""]) =>
      codeIn(seen).filter((code) => code.split(" ").length > 4),
    );
    expect(quoted.length).toBeGreaterThan(15);
    // A message is made of fixed words and of names, numbers and quotations that differ.
    const parts = quoted.flatMap((message) =>
      message.split(/…|[A-Z]\w+Error: |\bruntime\b|"\w+"|\d+|\.env/).map((part) => part.trim()),
    );
    const fixed = parts.filter((part) => part.length > 12);
    expect(fixed.filter((part) => !corpus.includes(part))).toEqual([]);
  });
});

describe("docs/accounting.md", () => {
  const page = pageAt("docs/accounting.md");

  it("lists the kinds of violations", () => {
    expect(sorted(column(tableOf(page, "Integrity"), 0))).toEqual(sorted(violationKinds));
  });

  it("names accounts of the standard chart", () => {
    const accounts = new Map(standardChart.map(({ code, name }) => [code, name]));
    for (const [, account = ""] of tableOf(page, "Books first")) {
      const [, code = "", name = ""] = /^(\d+) ([^,]+)/.exec(account) ?? [];
      expect(accounts.get(code)).toBe(name);
    }
    expect(page.prose).toContain(`gives a company ${standardChart.length} accounts`);
  });
});

describe("packages/db/README.md", () => {
  const page = pageAt("packages/db/README.md");

  it("lists the subpaths of the package", () => {
    const { exports }: { exports: object } = JSON.parse(read("packages/db/package.json"));
    const subpaths = Object.keys(exports).map((path) => path.replace(".", "@org/db"));
    expect(sorted(column(tableOf(page, "Exports"), 0))).toEqual(sorted(subpaths));
  });

  it("names the repositories of accounting, and methods that they have", () => {
    const db = createDatabase({ url: "postgresql://nobody@127.0.0.1:1/nothing" });
    const { accounting } = db.forTenant({ tenantId: newId() });
    const rows = tableOf(page, "Accounting");
    const known: Record<string, object> = Object.fromEntries(Object.entries(accounting));
    expect(sorted(column(rows, 0))).toEqual(sorted(Object.keys(known)));
    const missing = rows.flatMap(([repositories = "", methods = ""]) =>
      codeIn(repositories).flatMap((repository) =>
        codeIn(methods)
          .map((method) => method.replace(/\(.*/, ""))
          .filter((method) => method !== "balance" && !(method in (known[repository] ?? {})))
          .map((method) => `${repository}.${method}`),
      ),
    );
    expect(missing).toEqual([]);
  });
});

describe("the READMEs of the domains", () => {
  const schema = read("packages/db/schema.sql");

  it.each(Object.keys(domains))("%s: each rule names what the database has", (domain) => {
    const rules = tableOf(pageAt(`packages/db/src/${domain}/README.md`), "What always holds, and where it is enforced");
    const names = column(rules, 1).filter((name) => /^[a-z][a-z0-9_]+\*?$/.test(name));
    expect(names.length).toBeGreaterThan(3);
    const has = (name: string) => new RegExp(`\\b${name.replace("*", "\\w*")}\\b`).test(schema);
    expect(names.filter((name) => !has(name))).toEqual([]);
  });
});

describe("the states in a domain's README", () => {
  it.each(Object.entries(domains))("%s has the pictures of its machines", (name, { schemas }) => {
    const own = stateMachines().filter(({ table }) =>
      schemas.some(({ schemaName }) => table.startsWith(`${schemaName}.`)),
    );
    const pictures = own.map((machine) => `${machine.table}.${machine.column}\n${picture(machine)}\n`);
    const [shown] = pageAt(`packages/db/src/${name}/README.md`).blocks.filter(({ language }) => language === "");
    expect(shown?.text).toBe(pictures.join("\n"));
  });
});

describe("a domain", () => {
  it.each(Object.keys(domains))("%s has a folder of the tour and a place in the map", (domain) => {
    expect(filesOf().some((path) => path.startsWith(`apps/tour/src/chapters/${domain}/`))).toBe(true);
    expect(column(tableOf(pageAt("README.md"), "Map"), 0)).toContain(`packages/db/src/${domain}`);
  });

  it.each(Object.keys(domains))("%s names a source for each function in its rules", (domain) => {
    const rules = tableOf(pageAt(`packages/db/src/${domain}/README.md`), "What always holds, and where it is enforced");
    const functions = rules.flatMap(([, enforced = ""]) =>
      [...enforced.matchAll(/functions? ((?:`\w+`(?:, | and )?)+)/g)].flatMap(([, names = ""]) => codeIn(names)),
    );
    const files = filesOf().map((path) => path.split("/").at(-1));
    expect(functions.filter((name) => !files.includes(`${name}.sql`))).toEqual([]);
  });
});

describe("docs/hosting.md", () => {
  it("names the roles that the migrations make", () => {
    const [, handedOver = ""] = /^grant (.+) to the_owner/m.exec(pageAt("docs/hosting.md").text) ?? [];
    const granted = [...read("packages/db/schema.sql").matchAll(/\bTO ([a-z_]+(?:, [a-z_]+)*);/g)];
    expect(sorted(handedOver.split(", "))).toEqual(sorted(granted.flatMap(([, roles = ""]) => roles.split(", "))));
  });
});

describe("docs/recipes/change-a-rule.md", () => {
  it("lists the SQLSTATEs of our own", () => {
    const states = (text: string) => sorted(text.match(/\bZT\d{3}\b/g) ?? []);
    expect(states(pageAt("docs/recipes/change-a-rule.md").text)).toEqual(
      states(read("packages/db/src/client/sql-states.ts")),
    );
  });
});
