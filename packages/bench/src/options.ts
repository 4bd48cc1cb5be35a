import { parseArgs } from "node:util";
import { z } from "zod";

/** Groups of races, in the order they run in. */
export const groups = ["point", "list", "document", "create", "scoped", "bulk", "posting", "reports"] as const;

export type Group = (typeof groups)[number];

const count = z.coerce.number("use a whole number").int("use a whole number").min(1, "use at least 1").max(1_000);

const schema = z.object({
  only: z.array(z.enum(groups, `use ${groups.join(", ")}`)).default([...groups]),
  rounds: count.optional(),
  quick: z.boolean().default(false),
  json: z.string().optional(),
  strict: z.boolean().default(false),
  "without-prisma": z.boolean().default(false),
  help: z.boolean().default(false),
});

export type Options = z.output<typeof schema>;

export const help = `pnpm bench [-- options]
  --only <group>     ${groups.join(", ")}; may be repeated
  --rounds <n>       measured rounds of each race
  --quick            a fifth of the calls and rounds: to see the order of things, not to quote
  --json <file>      where the report goes; packages/bench/results/latest.json when left out
  --strict           exit code 1 when a goal is missed
  --without-prisma   leave Prisma out, and do not install it`;

/** Reads the command line. Throws an error that names the option which does not fit. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== "--"),
    options: {
      only: { type: "string", multiple: true },
      rounds: { type: "string" },
      quick: { type: "boolean" },
      json: { type: "string" },
      strict: { type: "boolean" },
      "without-prisma": { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  throw new TypeError(parsed.error.issues.map(({ path, message }) => `--${String(path[0])}: ${message}`).join("\n"));
}
