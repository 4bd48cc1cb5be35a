import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { compileScript } from "./compile-script";

/* What `pnpm demo` and `pnpm db:*` run: a program compiled from a checkout, here from a small one. */
const packageFolder = join(__dirname, "..", "..");
mkdirSync(join(packageFolder, ".data"), { recursive: true });
// Below the package, so that esbuild is found.
const root = mkdtempSync(join(packageFolder, ".data", "compile-"));
const write = (path: string, text: string) => {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), text);
};
afterAll(() => rmSync(root, { recursive: true, force: true }));

write("pnpm-lock.yaml", "");
write("scripts/compile.mjs", "");
write("packages/db/package.json", "{}");
write("packages/db/src/greeting.ts", 'export const greeting: string = "hello";\n');
write("packages/db/src/place.ts", 'export const place = new URL("../beside", import.meta.url).pathname;\n');
write(
  "packages/db/src/main.ts",
  'import { greeting } from "./greeting";\nimport { place } from "./place";\nconsole.log(greeting, place);\n',
);

it("is compiled when a source has changed, and only then, and finds the files beside its sources", async () => {
  let times = 0;
  const compile = () => {
    const program = { name: "hello", entry: "packages/db/src/main.ts", inputs: ["packages/db/src"] };
    return compileScript(root, program, () => {
      times += 1;
    });
  };
  const said = (file: string) => execFileSync(process.execPath, [file], { encoding: "utf8" });
  const beside = join(root, "packages", "db", "beside");

  const [first, again] = [await compile(), await compile()];
  expect(times).toBe(1);
  expect(again).toBe(first);
  expect(said(first)).toBe(`hello ${beside}\n`);

  write("packages/db/src/greeting.ts", 'export const greeting: string = "bonjour";\n');
  const changed = await compile();
  expect(said(changed)).toBe(`bonjour ${beside}\n`);
  // A file that takes another's place changes nothing of the others.
  write("packages/db/src/greeting/index.ts", 'export const greeting = "never";\n');
  rmSync(join(root, "packages", "db", "src", "greeting.ts"));
  expect(said(await compile())).toBe(`never ${beside}\n`);
  expect(times).toBe(3);
});
