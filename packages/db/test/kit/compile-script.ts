import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** A program of a checkout, as `scripts/run.mjs` names it; paths are relative to the root. */
export interface ScriptProgram {
  readonly name: string;
  readonly entry: string;
  readonly inputs: readonly string[];
}

interface Compile {
  compiled(root: string, program: ScriptProgram, onCompile: () => void): Promise<string>;
}

/** Compiles a program as `pnpm demo` and `pnpm db:*` do, and returns its file; `onCompile` is called when it has to be made. */
export async function compileScript(
  root: string,
  program: ScriptProgram,
  onCompile: () => void = () => undefined,
): Promise<string> {
  const script = join(import.meta.dirname, "..", "..", "..", "..", "scripts", "compile.mjs");
  const { compiled } = (await import(pathToFileURL(script).href)) as Compile;
  return compiled(root, program, onCompile);
}
