import { parseArgs } from "node:util";
import { ConfigurationError } from "../core/errors";
import { isInstalled } from "../testing/checkout";
import { nearest } from "./nearest";
import { asTypedHere } from "./words";

/** One option of a command: what `--help` says of it, and how it is read. */
export interface OptionSpec {
  /** The word for the value in `--help`, e.g. `seconds`. An option without one is a flag: given or not. */
  readonly value?: string;
  /** One line: what it does, with the unit and the default of a value. */
  readonly help: string;
  /** True where the option needs the sources of the package, which an app that has installed it does not have. */
  readonly ofSources?: true;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What was given on the command line: texts of options with a value, `true` of flags. */
export type Values<Specs extends OptionSpecs> = {
  readonly [Name in keyof Specs]?: Specs[Name] extends { value: string } ? string : true;
};

/** One command of the `org-db` tool. */
export interface Command {
  /** One line: what it does. */
  readonly help: string;
  /** Further lines for `--help`, below the options. */
  readonly notes?: string | undefined;
  /** Every option that it takes; `--help` and reading the command line derive from them. */
  readonly options: OptionSpecs;
  /**
   * Reads the arguments and does the work; the number is the exit code. Throws `UsageError` for arguments that it does
   * not take, before it does anything, and other typed errors for what the user can mend.
   */
  run(args: readonly string[]): Promise<number>;
}

/** The command line is not understood; the message names the nearest option and never repeats a value. */
export class UsageError extends ConfigurationError {}

interface Definition<Specs extends OptionSpecs> {
  readonly help: string;
  readonly notes?: string;
  readonly options?: Specs;
  run(values: Values<Specs>): Promise<number>;
}

/** Makes a command of what it declares: `run` is given the options that were read, typed by their declaration. */
export function defineCommand<const Specs extends OptionSpecs = Record<never, OptionSpec>>(
  definition: Definition<Specs>,
): Command {
  const { help, notes, run } = definition;
  const declared: [string, OptionSpec][] = Object.entries(definition.options ?? {});
  const options = Object.fromEntries(declared.filter(([, { ofSources }]) => !(ofSources && isInstalled())));
  // The names and kinds of what was read are those of `Specs`, which the type of the reader does not know.
  return { help, notes, options, run: async (args) => run(readOptions(args, options) as Values<Specs>) };
}

/** Reads `--name`, `--name=value` and `--name value`. Throws `UsageError` for anything else. */
export function readOptions(args: readonly string[], specs: OptionSpecs): Record<string, string | true> {
  const types = Object.entries(specs).map(
    ([name, { value }]) => [name, { type: value === undefined ? "boolean" : "string" }] as const,
  );
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(types),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const read = new Map<string, string | true>();
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") throw new UsageError(notTaken(token.value, specs));
    const { name, rawName, value } = token;
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (!spec || rawName !== `--${name}`) throw new UsageError(unknownOption(rawName, specs));
    if (read.has(name)) throw new UsageError(`--${name} is given twice: give it once`);
    if (spec.value === undefined && value !== undefined) {
      throw new UsageError(`--${name} takes no value: write --${name} alone`);
    }
    // `--name --custom` means a forgotten value, not a value that begins with two hyphens.
    const forgotten = value === undefined || value === "" || (!token.inlineValue && value.startsWith("--"));
    if (spec.value !== undefined && forgotten) {
      throw new UsageError(`--${name} needs a value: --${name}=<${spec.value}>`);
    }
    read.set(name, value ?? true);
  }
  return Object.fromEntries(read);
}

const spellings = (specs: OptionSpecs) => Object.keys(specs).map((name) => `--${name}`);

function unknownOption(rawName: string, specs: OptionSpecs): string {
  const all = spellings(specs);
  const near = nearest(rawName, all);
  const written = /^--?[a-z][a-z-]{0,30}$/i.test(rawName) ? ` ${rawName}` : " of that name";
  if (near !== undefined) return `There is no option${written}: did you mean ${near}?`;
  return `There is no option${written}: ${all.length === 0 ? "the command takes none" : `there is ${all.join(", ")}`}`;
}

/** The argument may be a connection string with a password: it is repeated only where it resembles an option. */
function notTaken(argument: string, specs: OptionSpecs): string {
  const near = nearest(`--${argument.replace(/^-+/, "")}`, spellings(specs));
  return near === undefined
    ? "The command takes no arguments besides its options: see --help"
    : `There is no argument "${argument}": did you mean ${near}?`;
}

/** The text of `--help`: what the command does, its options, its notes. */
export function helpText(name: string, { help, notes, options }: Command): string {
  const rows = Object.entries(options).map(([option, { value, help: line }]) => [
    value === undefined ? `--${option}` : `--${option}=<${value}>`,
    line,
  ]);
  const width = Math.max(0, ...rows.map(([usage = ""]) => usage.length));
  const lines = rows.map(([usage = "", line]) => `  ${usage.padEnd(width)}  ${line}`);
  return asTypedHere([`db:${name}: ${help}`, ...lines, ...(notes === undefined ? [] : [notes])].join("\n"));
}

export const say = (line: string): void => console.log(asTypedHere(line));
