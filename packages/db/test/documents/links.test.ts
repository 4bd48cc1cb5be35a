import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { codeIn, filesOf, type Page, pageAt, pages, read, resolveLink, root } from "./markdown";

const outside = (target: string) => /^(https?|mailto):/.test(target);
const inside = (page: Page) => page.links.filter((target) => !outside(target));

/** What is wrong with a link inside the repository, or undefined. */
function faultOf(page: Page, target: string): string | undefined {
  const { path, anchor } = resolveLink(page, target);
  const fault = `${page.path}: ${target}`;
  if (!existsSync(join(root, path))) return fault;
  if (anchor === undefined) return undefined;
  return pageAt(path).anchors.has(anchor) ? undefined : fault;
}

describe("links", () => {
  it("lead to files and headings that exist", () => {
    const faults = pages.flatMap((page) => inside(page).map((target) => faultOf(page, target)));
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
  });

  it("outside the repository use https", () => {
    const targets = pages.flatMap((page) => page.links.filter(outside));
    expect(targets.filter((target) => !target.startsWith("https://"))).toEqual([]);
  });

  it("reach every page from the README", () => {
    const reached = new Set<string>();
    const walk = (path: string) => {
      if (reached.has(path) || !path.endsWith(".md")) return;
      reached.add(path);
      const page = pageAt(path);
      for (const target of inside(page)) walk(resolveLink(page, target).path);
    };
    walk("README.md");
    const unreached = pages.map(({ path }) => path).filter((path) => !reached.has(path));
    // Names the source of the tour's data, beside it.
    expect(unreached).toEqual(["apps/tour/data/chinook/ORIGIN.md"]);
  });
});

describe("the README", () => {
  it("has at most 250 lines, and a table of contents of its headings", () => {
    const readme = pageAt("README.md");
    expect(readme.text.split("\n").length).toBeLessThanOrEqual(250);
    const contents = readme.links.filter((target) => target.startsWith("#")).map((target) => target.slice(1));
    const headings = [...readme.anchors].filter((anchor) => anchor !== "orgdb" && anchor !== "contents");
    expect(headings.filter((heading) => !contents.includes(heading))).toEqual([]);
  });
});

describe("the package's README on npm", () => {
  const packed = packedFiles();
  const readme = pageAt("packages/db/README.md");

  it("is packed", () => {
    expect(packed).toContain("README.md");
  });

  // npm shows the page without the repository around it: what is not in the tarball cannot be followed.
  it("links to headings, to files of the tarball and to the web alone", () => {
    const faults = inside(readme).filter((target) => {
      const { path } = resolveLink(readme, target);
      return faultOf(readme, target) !== undefined || !packed.includes(path.replace("packages/db/", ""));
    });
    expect(faults).toEqual([]);
  });

  /** The files that the `files` list packs, but for what a build makes. npm adds README, LICENSE and package.json. */
  function packedFiles(): string[] {
    const { files }: { files: string[] } = JSON.parse(read("packages/db/package.json"));
    const folder = join(root, "packages/db");
    return [...files, "README.md", "LICENSE", "package.json"]
      .filter((name) => name !== "dist" && existsSync(join(folder, name)))
      .flatMap((name) =>
        statSync(join(folder, name)).isDirectory()
          ? filesOf(join(folder, name)).map((path) => path.replace("packages/db/", ""))
          : [name],
      );
  }
});

describe("paths in the text", () => {
  const files = filesOf();
  const bases = ["", "packages/db/", "packages/db/src/", "packages/bench/", "apps/tour/"];
  const shape =
    /^(?:\.?[\w<>*-]+\/)+[\w.<>*-]+\.(?:ts|sql|md|json|sh|mjs|yml|csv)$|^(?:packages|apps|docs)\/[\w./<>*-]+$/;

  function exists(path: string): boolean {
    const pattern = path
      .replace(/[.+?^${}()|[\]\\]/g, "\\$&")
      .replace(/<[\w-]+>|\*+/g, "[^/]+")
      .replace(/\/$/, "");
    const known = new RegExp(`^(?:${bases.join("|")})${pattern}(?:/|$)`);
    return files.some((file) => known.test(file));
  }

  // Files that the reader makes, or that a build makes.
  const made = new Set(["apps/tour/src/sample.ts", "packages/bench/results/latest.json"]);

  it("exist; a name in angle brackets stands for any", () => {
    const missing = pages.flatMap((page) =>
      codeIn(page.prose)
        .filter((code) => shape.test(code) && !made.has(code) && !exists(code))
        .map((code) => `${page.path}: ${code}`),
    );
    expect(missing).toEqual([]);
  });
});
