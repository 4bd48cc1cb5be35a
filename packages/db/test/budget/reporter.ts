import { readdirSync } from "node:fs";
import { relative } from "node:path";
import type { Reporter, TestModule, Vitest } from "vitest/node";
import { type FileSeconds, folderOf, incomplete, overBudget } from "./budget";
import { budgets } from "./budgets";
import { Slowness } from "./slowness";

/** Fails a run of all tests in which the tests of a folder have grown over their budget. */
export default class BudgetReporter implements Reporter {
  readonly #slowness = new Slowness();
  readonly #files: FileSeconds[] = [];
  #root = "";

  onInit(vitest: Vitest): void {
    this.#root = vitest.config.root;
  }

  onTestRunStart(): void {
    this.#slowness.start();
  }

  onTestModuleEnd(module: TestModule): void {
    const { collectDuration, setupDuration, duration } = module.diagnostic();
    const seconds = (collectDuration + setupDuration + duration) / 1_000;
    this.#files.push({ file: relative(this.#root, module.moduleId).replaceAll("\\", "/"), seconds });
  }

  onTestRunEnd(): void {
    const slowness = this.#slowness.stop();
    const partial = incomplete(
      this.#files.map(({ file }) => file),
      testFiles(this.#root),
      budgets,
    );
    const whole = Object.fromEntries(Object.entries(budgets).filter(([folder]) => !partial.includes(folder)));
    if (Object.keys(whole).length === 0) return;
    const sums = Object.keys(whole).map((folder) => {
      const own = this.#files.filter(({ file }) => folderOf(file) === folder);
      return `${folder} ${Math.round(own.reduce((sum, { seconds }) => sum + seconds, 0) / slowness)} of ${whole[folder]} s`;
    });
    console.log(`\nBudgets, in quiet time (this run was ${slowness.toFixed(1)} times slower): ${sums.join(", ")}`);
    for (const message of overBudget(this.#files, whole, slowness)) {
      console.error(`\n${message}`);
      process.exitCode = 1;
    }
  }
}

/** Every test file below `packages/db/test`, from the root of the checkout. */
function testFiles(root: string): string[] {
  const folder = "packages/db/test";
  return readdirSync(`${root}/${folder}`, { recursive: true, encoding: "utf8" })
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .filter((file) => file.endsWith(".test.ts"));
}
