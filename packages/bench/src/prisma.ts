import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

interface PrismaModule {
  openPrisma(options: { connectionString: string; max: number; idleTimeoutMillis: number }): Prisma;
}

/** What the races ask of Prisma; the module itself exists only where its client was generated. */
export interface Prisma {
  point(tenantId: string, id: string): Promise<unknown>;
  list(tenantId: string, take: number): Promise<unknown[]>;
  document(tenantId: string, id: string): Promise<{ lines: unknown[] } | null>;
  create(invoice: object): Promise<{ id: string }>;
  importCustomers(customers: readonly object[]): Promise<number>;
  close(): Promise<void>;
}

const folder = new URL("../prisma/", import.meta.url);
const inFolder = (path: string) => fileURLToPath(new URL(path, folder));

/**
 * The module that opens Prisma, or undefined with the reason told to `log`. The first use installs Prisma into its own
 * folder; each use generates the client, without an engine. The workspace's install stays free of both.
 */
export async function loadPrisma(log: (line: string) => void): Promise<PrismaModule | undefined> {
  try {
    if (!isInstalled()) {
      log("Prisma: installing into packages/bench/prisma/node_modules, once (about 290 MB) …");
      await runIn(pnpm(), ["install", "--ignore-workspace", "--frozen-lockfile", "--ignore-scripts"]);
    }
    // Generating needs no engine, but looks for one and would download it: any program that exists will do.
    await runIn([process.execPath], [inFolder("node_modules/prisma/build/index.js"), "generate"], {
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      CHECKPOINT_DISABLE: "1",
    });
    const module: PrismaModule = await import(new URL("contestant.ts", folder).href);
    return module;
  } catch (error) {
    log(`Prisma is left out: ${reason(error)}`);
    return undefined;
  }
}

function isInstalled(): boolean {
  const wanted: { dependencies: Record<string, string> } = JSON.parse(readFileSync(inFolder("package.json"), "utf8"));
  return Object.entries(wanted.dependencies).every(([name, version]) => {
    const file = inFolder(`node_modules/${name}/package.json`);
    return existsSync(file) && JSON.parse(readFileSync(file, "utf8")).version === version;
  });
}

// The version that the workspace itself is installed with.
function pnpm(): string[] {
  const root: { packageManager: string } = JSON.parse(readFileSync(inFolder("../../../package.json"), "utf8"));
  return ["npx", "--yes", root.packageManager];
}

async function runIn([file = "", ...first]: string[], rest: string[], environment: NodeJS.ProcessEnv = {}) {
  await promisify(execFile)(file, [...first, ...rest], {
    cwd: inFolder("."),
    env: { ...process.env, CI: "true", ...environment },
    timeout: 300_000,
    // npx is a script there.
    shell: process.platform === "win32" && file === "npx",
  });
}

function reason(error: unknown): string {
  const output = error as { stdout?: string; stderr?: string; message?: string };
  const text = [output.stderr, output.stdout, output.message].find((part) => part?.trim()) ?? String(error);
  const lines = text.split("\n").filter((line) => line.trim() && !line.startsWith("npm warn"));
  return lines.slice(0, 4).join("\n  ");
}
