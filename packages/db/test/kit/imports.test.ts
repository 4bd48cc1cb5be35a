import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, it } from "vitest";
import { importsBelow, inCircles } from "./imports";

it("are found in every form, at any depth, resolved from where they are written", () => {
  const root = join(import.meta.dirname, "../../../..");
  const data = join(root, "packages/db/.data");
  mkdirSync(data, { recursive: true });
  const folder = mkdtempSync(join(data, "imports-"));
  try {
    mkdirSync(join(folder, "a/b"), { recursive: true });
    writeFileSync(join(folder, "index.ts"), 'export * from "./a/b/one";\nexport type { Two } from "./a/two";\n');
    writeFileSync(
      join(folder, "a/b/one.ts"),
      `import type { Two } from "../two";\nexport const later = () => import("../..");\n// import "./comment";\n`,
    );
    writeFileSync(join(folder, "a/two.ts"), 'export type Two = import("pg").Client;\nimport "../../elsewhere";\n');
    writeFileSync(join(folder, "a/two.test.ts"), 'import "./b/one";\n');
    const imports = importsBelow(relative(root, folder));
    expect(Object.fromEntries(imports)).toEqual({
      "index.ts": ["a/b/one.ts", "a/two.ts"],
      "a/b/one.ts": ["a/two.ts", "index.ts"],
      "a/two.ts": expect.arrayContaining(["pg", "outside ../elsewhere"]),
    });
    expect(inCircles(imports)).toEqual(["a/b/one.ts", "index.ts"]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
