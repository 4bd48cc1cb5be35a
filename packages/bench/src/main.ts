import { mkdir, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { bench, type Scale } from "./bench";
import { help, parseOptions } from "./options";
import { goalTable } from "./report";

const options = parseOptions(process.argv.slice(2));
if (options.help) {
  console.log(help);
  process.exit(0);
}
const share = options.quick ? 0.2 : 1;
const scale: Scale = {
  customers: 2_000,
  invoices: 3_000,
  bulkRows: [10_000, 100_000],
  ledgerAccounts: 10_000,
  ledgerBatches: [100, 1_000],
  ledgerEntries: 500_000,
  warmUp: 2_000 * share,
  calls: (usual) => Math.max(1, Math.round(usual * share)),
  rounds: (usual) => options.rounds ?? Math.max(3, Math.round(usual * share)),
};
const report = await bench({ only: options.only, scale, withPrisma: !options["without-prisma"] }, console.log);
console.log(`\n${goalTable(report.goals)}`);

const file = options.json ? resolve(options.json) : fileURLToPath(new URL("../results/latest.json", import.meta.url));
await mkdir(dirname(file), { recursive: true });
await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
console.log(`\nWritten to ${file}`);
if (options.strict && report.goals.some((goal) => !goal.reached)) process.exitCode = 1;
