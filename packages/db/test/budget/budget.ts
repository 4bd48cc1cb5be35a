/** What a test file took, as Vitest measured it: its imports, hooks and tests. */
export interface FileSeconds {
  /** From the root of the checkout: `packages/db/test/accounting/journal/journal.test.ts`. */
  file: string;
  seconds: number;
}

/** Seconds that the files below a folder of `packages/db/test` may take together, on a machine that does nothing else. */
export type Budgets = Readonly<Record<string, number>>;

const root = "packages/db/test/";

/** The folder of `packages/db/test` that a file belongs to: a domain, or what is common to them. */
export function folderOf(file: string): string | undefined {
  const [folder, ...below] = file.startsWith(root) ? file.slice(root.length).split("/") : [];
  return below.length > 0 ? folder : undefined;
}

/**
 * The folders that took more than their budget, each as a message: by how much, and its five dearest files. `slowness`
 * is how many times longer the same work took in this run than on a quiet machine; the seconds are divided by it.
 */
export function overBudget(files: readonly FileSeconds[], budgets: Budgets, slowness: number): string[] {
  return Object.entries(budgets).flatMap(([folder, budget]) => {
    const own = files.filter(({ file }) => folderOf(file) === folder);
    const quiet = own
      .map(({ file, seconds }) => ({ file, seconds: seconds / slowness }))
      .sort((a, b) => b.seconds - a.seconds);
    const total = quiet.reduce((sum, { seconds }) => sum + seconds, 0);
    if (total <= budget) return [];
    const dearest = quiet.slice(0, 5).map(({ file, seconds }) => `  ${seconds.toFixed(1).padStart(6)} s  ${file}`);
    return [
      `The tests of ${folder} took ${total.toFixed(1)} s of quiet time, ${(total - budget).toFixed(1)} s over their ` +
        `budget of ${budget} s. The dearest files:\n${dearest.join("\n")}`,
    ];
  });
}

/** The folders of the budgets without one of their files in the run; a part of a folder says nothing about the whole. */
export function incomplete(run: readonly string[], all: readonly string[], budgets: Budgets): string[] {
  const ran = new Set(run);
  return Object.keys(budgets).filter((folder) => {
    const own = all.filter((file) => folderOf(file) === folder);
    return own.length === 0 || own.some((file) => !ran.has(file));
  });
}
