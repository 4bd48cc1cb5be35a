import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { transformSync } from "esbuild";
import { type Page, root } from "./markdown";

/** Pages whose TypeScript blocks, one after the other, are one program. */
export interface Program {
  readonly pages: readonly Page[];
  /** Imports that the page leaves to the reader. */
  readonly imports?: string;
  /** What the page takes for granted: names and their types. */
  readonly given?: Readonly<Record<string, string>>;
  /** The folder, relative to the root, of the file that the page's code belongs to: its relative imports begin there. */
  readonly folder?: string;
  /** What the test adds at the end, to use what the page declares. */
  readonly last?: string;
}

/** The program as a module: imports first, then one function of what the page takes for granted. */
export function sourceOf({ pages, imports = "", given = {}, folder, last = "" }: Program): string {
  const blocks = pages.flatMap((page) => page.blocks);
  const code = blocks.filter(({ language }) => language === "ts").map(({ text }) => text);
  const isImport = /^import [^;]+;$/gm;
  const own = code.flatMap((text) => text.match(isImport) ?? []).map((line) => fromTests(line, folder));
  const body = code.map((text) => text.replace(isImport, "").replace(/^export (?:default )?/gm, "")).join("\n");
  const parameters = Object.entries(given).map(([name, type]) => `${name}: ${type}`);
  // The block inside lets the page declare a name that it takes for granted elsewhere.
  return [imports, ...own, `export async function program(${parameters.join(", ")}) {{`, body, last, "}}", ""].join(
    "\n",
  );
}

/** The import of a file in that folder, as a file of this folder writes it. */
function fromTests(line: string, folder: string | undefined): string {
  if (folder === undefined) return line;
  return line.replace(
    /"(\.[^"]+)"/,
    (_, name: string) => `"${posix.relative("packages/db/test/documents", posix.join(folder, name))}"`,
  );
}

/** What the compiler finds wrong with the programs, under the settings of the package. */
export function typeErrors(programs: readonly Program[]): string[] {
  // The compiler takes the folder for the package's, so that the programs import as a file of this folder does.
  const copy = mkdtempSync(join(data(), "programs-"));
  try {
    const folder = join(copy, "test/documents");
    mkdirSync(folder, { recursive: true });
    for (const program of programs) writeFileSync(join(folder, `${fileName(program)}.ts`), sourceOf(program));
    // The reader uses what a sample only declares.
    const compilerOptions = { rootDirs: [".", "../.."], noUnusedLocals: false, noUnusedParameters: false };
    const settings = { extends: "../../tsconfig.json", include: ["test"], compilerOptions };
    writeFileSync(join(copy, "tsconfig.json"), JSON.stringify(settings));
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const { stdout } = spawnSync(process.execPath, [tsc, "--pretty", "false", "-p", copy], { encoding: "utf8" });
    return stdout.split("\n").flatMap((line) => found(line, programs));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function data(): string {
  const folder = join(root, "packages/db/.data");
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** A line of the compiler, with the line of the program that it is about. */
function found(line: string, programs: readonly Program[]): string[] {
  const [, name, row] = /([^/]+)\.ts\((\d+),\d+\): error/.exec(line) ?? [];
  const program = programs.find((each) => fileName(each) === name);
  if (!program) return line ? [line] : [];
  return [`${line} — ${sourceOf(program).split("\n")[Number(row) - 1]?.trim()}`];
}

function fileName({ pages }: Program): string {
  return pages.map(({ path }) => path.replace(/\W+/g, "-")).join("-and-");
}

/** Runs the program with what the page takes for granted, in its order, and the modules that it imports. */
export async function run(
  program: Program,
  given: readonly unknown[],
  modules: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { code } = transformSync(sourceOf(program), { loader: "ts", format: "cjs", target: "es2022" });
  const module: { exports: { program?: (...given: readonly unknown[]) => Promise<void> } } = { exports: {} };
  const load = (name: string) => {
    if (!(name in modules)) throw new Error(`${fileName(program)} imports ${name}, which its test does not give`);
    return modules[name];
  };
  new Function("module", "require", code)(module, load);
  await module.exports.program?.(...given);
}
