/** One command of the `org-db` tool. */
export interface Command {
  /** One line: what it does. */
  help: string;
  /** Further lines for `--help`: options and examples. */
  usage?: string;
  /** Runs it; the number is the exit code. Throws typed errors for what the user can mend. */
  run(args: string[]): Promise<number>;
}

/** The value after `--name`, or of `--name=value`. */
export function option(args: readonly string[], name: string): string | undefined {
  const index = args.findIndex((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
  const found = args[index];
  if (found === undefined) return undefined;
  return found.includes("=") ? found.slice(found.indexOf("=") + 1) : args[index + 1];
}

/** True when `--name` was given. */
export const flag = (args: readonly string[], name: string): boolean => args.includes(`--${name}`);

export const say = (line: string): void => console.log(line);
