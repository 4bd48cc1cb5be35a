import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../src/testing";
import { type App, filesBelow, installPackage, packageFolder, placeForeignFiles } from "./packed";

let test: TestDatabase;
let app: App;
/** A folder without any package, and without one above. */
let bare: string;

beforeAll(async () => {
  [test, app] = await Promise.all([createTestDatabase(), installPackage()]);
  app.write("app.mjs", program);
  bare = mkdtempSync(join(tmpdir(), "org-db-bundle-"));
});
afterAll(async () => {
  rmSync(bare, { recursive: true, force: true });
  app.remove();
  await test.close();
});

/** An app that does what needs the migrations, schema.sql and the server, and prints what came of it. */
const program = `
  import { createDatabase, ensureDb, migrate, validateSchema } from "@org/db";
  const db = createDatabase({ url: process.env.DATABASE_URL, unsafeLogin: "refuse" });
  const describe = (error) => ({ name: error.name, message: error.message });
  const run = async () => {
    const ready = await ensureDb(db).then(() => "ready", describe);
    const { migrations } = await db.checkConnectionHealth();
    const schema = await validateSchema(db).then(({ isValid, errors }) => ({ isValid, errors: errors.map((e) => e.object) }), describe);
    const migrated = await migrate().then(({ applied, alreadyApplied }) => ({ applied, alreadyApplied }), describe);
    console.log(JSON.stringify({ ready, applied: migrations?.applied, problems: migrations?.problems, schema, migrated }));
    await db.close();
  };
  run();
`;

interface Outcome {
  ready: unknown;
  applied?: number;
  problems?: string[];
  schema: unknown;
}

/** Runs a program to its end in a folder of its own; returns what it printed. */
async function output(
  program: string,
  args: string[] = [],
  cwd = app.folder,
): Promise<{ code: number | null; text: string }> {
  const env = { PATH: process.env.PATH, DATABASE_URL: test.urls.runtime, DATABASE_ADMIN_URL: test.urls.admin };
  const child = spawn(process.execPath, [program, ...args], { cwd, env });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, text })));
}

/** Bundles the app into one file below `place`, with foreign files beside it and above, and runs it there. */
async function runBundle(name: string, options: object, place = bare): Promise<Outcome> {
  const folder = join(place, name, "a", "b", "c");
  mkdirSync(folder, { recursive: true });
  for (const above of [folder, join(place, name)]) placeForeignFiles(above);
  const outfile = join(folder, options && "format" in options && options.format === "cjs" ? "app.cjs" : "app.mjs");
  await build({
    entryPoints: [app.path("app.mjs")],
    bundle: true,
    platform: "node",
    target: "node20",
    logLevel: "error",
    outfile,
    ...options,
  });
  const { text } = await output(outfile, [], folder);
  expect(text).toMatch(/^\{.*\}\n$/);
  return JSON.parse(text) as Outcome;
}

/** What CommonJS packages inside an ESM bundle ask for: esbuild's own advice. */
const banner = {
  js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
};
const healthy = {
  ready: "ready",
  applied: expect.any(Number),
  problems: [],
  schema: { isValid: true, errors: [] },
  migrated: { applied: [], alreadyApplied: expect.any(Number) },
};

describe("the built package", () => {
  it("finds its migrations and schema.sql although the app has files of the same names", async () => {
    const { text } = await output(app.path("app.mjs"));
    expect(JSON.parse(text)).toEqual(healthy);
  });

  it("carries no file that could be taken for another's", () => {
    const files = filesBelow(app.path("node_modules", "@org", "db"));
    expect(files.filter((file) => /drizzle|\.sql$/.test(file))).toEqual([]);
  });

  it("brings the tool, which migrates by the package's own migrations", async () => {
    const tool = app.path("node_modules", "@org", "db", "bin", "org-db.mjs");
    const { code, text } = await output(tool, ["migrate", "--dry-run"]);
    expect(text).toContain("Nothing is pending");
    expect(code).toBe(0);
    expect((await output(tool, ["check"])).text).toContain("No drift, every table isolated");
  });

  it("brings a tool that says only what works in an app", async () => {
    const tool = app.path("node_modules", "@org", "db", "bin", "org-db.mjs");
    const { text: help } = await output(tool, ["--help"]);
    const listed = [...help.matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name);
    expect(listed).toEqual(["up", "down", "migrate", "roles", "seed", "reset", "check", "doctor"]);
    const doctor = await output(tool, ["doctor"]);
    expect(doctor.text).toContain("All is well");
    expect(doctor.text).toContain('psql "$(node -p process.env.DATABASE_ADMIN_URL)"');
    const refused = await output(tool, ["studio"]);
    expect(refused).toMatchObject({
      code: 2,
      text: expect.stringContaining('"studio" works in the workspace of @org/db alone'),
    });
    const option = await output(tool, ["check", "--write"]);
    expect(option).toMatchObject({ code: 2, text: expect.stringContaining("There is no option --write") });
    for (const { text } of [{ text: help }, doctor, refused, option]) {
      expect(text).not.toMatch(/pnpm|db:|@org\/source|tsx|checkout|packages\//);
    }
  });

  it("lets a script end that leaves idle connections, where it is told to", async () => {
    const script = app.write(
      "script.mjs",
      `import { createDatabase } from "@org/db";
       const db = createDatabase({ allowExitOnIdle: true, idleTimeoutMillis: 60_000 });
       console.log((await db.checkConnectionHealth()).isHealthy, db.pool.status().idle);`,
    );
    const since = performance.now();
    expect(await output(script)).toEqual({ code: 0, text: "true 1\n" });
    expect(performance.now() - since).toBeLessThan(50_000);
  });

  it("makes one handle of a module that is imported again under another query", async () => {
    app.write(
      "handle.mjs",
      'import { createDatabase } from "@org/db"; export const db = createDatabase({ reloadKey: "main" });',
    );
    const reimporting = app.write(
      "reimport.mjs",
      `const handles = new Set();
       for (let n = 0; n < 5; n += 1) handles.add((await import("./handle.mjs?" + n)).db);
       console.log(handles.size);
       for (const db of handles) await db.close();`,
    );
    expect(await output(reimporting)).toEqual({ code: 0, text: "1\n" });
  });
});

describe("a bundle of an app that uses the package, in one file and without node_modules", () => {
  it("of ES modules works", async () => {
    expect(await runBundle("esm", { format: "esm", banner })).toEqual(healthy);
  });

  it("of CommonJS works", async () => {
    expect(await runBundle("cjs", { format: "cjs" })).toEqual(healthy);
  });

  it("works minified, and with what CommonJS cannot be bundled left external", async () => {
    const options = { format: "esm", minify: true, external: ["pg", "pg-protocol"] };
    expect(await runBundle("external", options, app.folder)).toEqual(healthy);
  });

  it.each(["esm", "cjs"])("of the sources says what to do (%s)", async (format) => {
    const sources = {
      alias: { "@org/db": join(packageFolder, "src", "index.ts") },
      nodePaths: [join(packageFolder, "node_modules")],
    };
    const { ready, schema } = await runBundle(`sources-${format}`, {
      format,
      ...(format === "esm" ? { banner } : {}),
      ...sources,
    });
    const refusal = {
      name: "ConfigurationError",
      message: expect.stringContaining("Bundle the built package instead"),
    };
    expect({ ready, schema }).toEqual({ ready: refusal, schema: refusal });
  });

  it("is described in the documentation as it is made here", () => {
    const page = readFileSync(join(packageFolder, "..", "..", "docs", "hosting.md"), "utf8");
    expect(page).toContain(banner.js);
  });
});
