import { join } from "node:path";
import ts from "typescript";
import { type Page, root } from "./markdown";

/** Pages whose TypeScript blocks, one after the other, are one program. */
export interface Program {
  readonly pages: readonly Page[];
  /** Imports that the page leaves to the reader. */
  readonly imports?: string;
  /** What the page takes for granted: names and their types. */
  readonly given?: Readonly<Record<string, string>>;
  /** What the test adds at the end, to use what the page declares. */
  readonly last?: string;
}

const folder = join(root, "packages/db/test/documents");

/** The program as a module: imports first, then one function of what the page takes for granted. */
export function sourceOf({ pages, imports = "", given = {}, last = "" }: Program): string {
  const blocks = pages.flatMap((page) => page.blocks);
  const code = blocks.filter(({ language }) => language === "ts").map(({ text }) => text);
  const isImport = /^import [^;]+;$/gm;
  const own = code.flatMap((text) => text.match(isImport) ?? []);
  const body = code.map((text) => text.replace(isImport, "").replace(/^export (?:default )?/gm, "")).join("\n");
  const parameters = Object.entries(given).map(([name, type]) => `${name}: ${type}`);
  // The block inside lets the page declare a name that it takes for granted elsewhere.
  return [imports, ...own, `export async function program(${parameters.join(", ")}) {{`, body, last, "}}", ""].join(
    "\n",
  );
}

/** What the compiler finds wrong with the programs, under the settings of the package. */
export function typeErrors(programs: readonly Program[]): string[] {
  const config = ts.readConfigFile(join(root, "packages/db/tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, join(root, "packages/db"));
  const virtual = new Map(programs.map((program) => [join(folder, `${fileName(program)}.ts`), sourceOf(program)]));
  // The reader uses what a sample only declares.
  const host = ts.createCompilerHost({ ...options, noUnusedLocals: false, noUnusedParameters: false });
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => virtual.has(name) || fileExists(name);
  host.readFile = (name) => virtual.get(name) ?? readFile(name);
  host.getSourceFile = (name, target, ...rest) => {
    const text = virtual.get(name);
    return text === undefined ? getSourceFile(name, target, ...rest) : ts.createSourceFile(name, text, target);
  };
  const compiled = ts.createProgram({
    rootNames: [...virtual.keys()],
    options: { ...options, noUnusedLocals: false, noUnusedParameters: false },
    host,
  });
  return [...virtual.keys()].flatMap((name) =>
    ts.getPreEmitDiagnostics(compiled, compiled.getSourceFile(name)).map((found) => {
      const { line } = ts.getLineAndCharacterOfPosition(found.file ?? fail(name), found.start ?? 0);
      const text = virtual.get(name)?.split("\n")[line]?.trim();
      return `${name.replace(`${folder}/`, "")}: ${ts.flattenDiagnosticMessageText(found.messageText, " ")} — ${text}`;
    }),
  );
}

function fail(name: string): never {
  throw new Error(`${name} cannot be compiled`);
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
  const { outputText } = ts.transpileModule(sourceOf(program), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, esModuleInterop: true },
  });
  const exported: { program?: (...given: readonly unknown[]) => Promise<void> } = {};
  const load = (name: string) => {
    if (!(name in modules)) throw new Error(`${fileName(program)} imports ${name}, which its test does not give`);
    return modules[name];
  };
  new Function("exports", "require", outputText)(exported, load);
  await exported.program?.(...given);
}
