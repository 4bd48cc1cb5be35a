// The root scripts: what each does in one line, and how. `pnpm <script> --help` prints the line.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => [process.execPath, join(root, "node_modules", name.package, name.file)];
const vitest = (...projects) => [
  ...bin({ package: "vitest", file: "vitest.mjs" }),
  "run",
  "--config",
  "vitest.workspace.ts",
  ...projects.flatMap((project) => ["--project", project]),
];
const tests = readdirSync(join(root, "packages/db/test")).map((folder) => `packages/db/test/${folder}/`);
const ofMigrations = tests.filter((folder) => /\/(migrations|operations|server)\/$/.test(folder));
const ofDatabase = ["apps/", "packages/bench/test/", ...tests.filter((folder) => !ofMigrations.includes(folder))];
const soak = [
  ...bin({ package: "vitest", file: "vitest.mjs" }),
  "run",
  "--config",
  "packages/db/test/soak/vitest.config.ts",
];
// One program for all packages: each would check the sources of @org/db again.
const typecheck = [...bin({ package: "typescript", file: "bin/tsc" }), "-p", "tsconfig.json"];
const turbo = (task) => [...bin({ package: "turbo", file: "bin/turbo" }), "run", task];
const biome = [...bin({ package: "@biomejs/biome", file: "bin/biome" }), "check", "."];
/** A program of the sources, compiled and run in this process; `args` come before those of the command line. */
const cli = (...args) => ({ name: "org-db", entry: "packages/db/src/cli/main.ts", inputs: ["packages/db/src"], args });
const tour = { name: "tour", entry: "apps/tour/src/main.ts", inputs: ["packages/db/src", "apps/tour/src"], args: [] };

const scripts = {
  demo: [
    "Run the tour: real data through every domain, on a PostgreSQL of its own if none is given; --keep leaves it running and writes .env",
    tour,
  ],
  test: ["Run all tests on a real PostgreSQL: given by DATABASE_ADMIN_URL, in Docker, or embedded", vitest()],
  verify: ["The quick loop, without a database: format, lint, types, unit tests", biome, typecheck, vitest("unit*")],
  build: ["Build the packages into dist/", turbo("build")],
  // What is measured is the package as it is installed, compiled.
  bench: [
    "Measure @org/db against raw pg, as ratios in one run",
    turbo("build"),
    [process.execPath, "--import", "tsx", "packages/bench/src/main.ts"],
  ],
  "quality:check": [
    "Everything CI asks for: format, lint, types, build, all tests",
    biome,
    typecheck,
    turbo("build"),
    vitest(),
  ],
  typecheck: ["Check the types of all packages as one program", typecheck],
  "test:unit": ["Run the tests that need no database", vitest("unit*")],
  "test:database": [
    "Run the tests of repositories, isolation and the tour on a real PostgreSQL",
    [...vitest("database", "alone"), ...ofDatabase],
  ],
  "test:soak": [
    "Run the long forms of the tests, about half an hour; SOAK_SEED and SOAK_SCALE set seed and length",
    soak,
  ],
  "test:migrations": [
    "Run the tests of migrations, the catalogue proof and the embedded server",
    [...vitest("database"), ...ofMigrations],
  ],
};

for (const command of "up down generate migrate push roles studio seed reset check doctor".split(" ")) {
  scripts[`db:${command}`] = [undefined, cli(command)];
}

/** Runs a program of the sources in this process: a second one would cost a twentieth of a second, and hear Ctrl-C twice. */
async function runProgram(program, further) {
  const { compiled } = await import("./compile.mjs");
  const file = await compiled(root, program, () =>
    console.error("Compiling the sources, as they are new or have changed …"),
  );
  process.chdir(root);
  process.setSourceMapsEnabled(true);
  process.argv = [process.argv[0], file, ...program.args, ...further];
  await import(pathToFileURL(file).href);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

const [name, ...args] = process.argv.slice(2);
const script = scripts[name ?? ""];
if (!script) fail(`There is no script "${name}": ${Object.keys(scripts).join(", ")}`);
const [help, ...commands] = script;
if (args.includes("--help") && help) {
  console.log(`${name}: ${help}`);
  process.exit(0);
}
if (!existsSync(join(root, "packages", "db", "node_modules", "esbuild")))
  fail("Dependencies are missing: run npx --yes pnpm@10.34.9 install");

// The demo uses the server that .env names, as the db: commands do; tests never read it.
if (name === "demo" && existsSync(join(root, ".env"))) process.loadEnvFile(join(root, ".env"));

// Only the last command of a script takes further arguments, unchanged, e.g. `pnpm test packages/db/test/client`.
// `pnpm <script> -- <arguments>` hands over the two hyphens as well, which end no options here.
const further = args[0] === "--" ? args.slice(1) : args;
const environment = { ...process.env, TURBO_TELEMETRY_DISABLED: "1" };
for (const [index, command] of commands.entries()) {
  if (!Array.isArray(command)) {
    await runProgram(command, further);
    continue;
  }
  const [file, ...parameters] = command;
  const extra = index === commands.length - 1 ? further : [];
  const { status, signal, error } = spawnSync(file, [...parameters, ...extra], {
    cwd: root,
    stdio: "inherit",
    env: environment,
  });
  if (error) fail(`${name} cannot start: ${error.message}`);
  if (signal) process.kill(process.pid, signal);
  if (status !== 0) process.exit(status ?? 1);
}
