import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../../..", import.meta.url));
export const read = (path: string) => readFileSync(join(root, path), "utf8");

export interface CodeBlock {
  readonly language: string;
  readonly text: string;
}

/** A page of the repository, taken apart. */
export interface Page {
  /** Relative to the root. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly CodeBlock[];
  /** The text without code blocks. */
  readonly prose: string;
  /** Fragments that links can name, as GitHub and npm make them of headings. */
  readonly anchors: ReadonlySet<string>;
  /** Targets of the links. */
  readonly links: readonly string[];
}

const fence = /^( *)```(\w*)\n([\s\S]*?)^\1```$/gm;
/** Code without the blanks that a list puts before each line. */
const withoutIndent = (text: string, indent: string) => text.replaceAll(new RegExp(`^${indent}`, "gm"), "");
const span = /`[^`\n]+`/g;

export function readPage(path: string): Page {
  const text = read(path);
  const blocks = [...text.matchAll(fence)].map(([, indent = "", language = "", body = ""]) => ({
    language,
    text: withoutIndent(body, indent),
  }));
  const prose = text.replace(fence, "");
  const links = [...prose.replace(span, "code").matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return { path, text, blocks, prose, anchors: anchorsOf(prose), links };
}

function anchorsOf(prose: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of prose.matchAll(/^#{1,6} +(.+)$/gm)) {
    const words = heading.toLowerCase().replace(/[^\p{Letter}\p{Number} _-]/gu, "");
    const anchor = words.replaceAll(" ", "-");
    let name = anchor;
    for (let count = 1; anchors.has(name); count += 1) name = `${anchor}-${count}`;
    anchors.add(name);
  }
  return anchors;
}

const skipped = new Set(["node_modules", "dist", ".data", ".git", ".turbo", "coverage"]);

/** Every file of the repository, relative to its root; without what is installed, built or stored. */
export function filesOf(folder = root): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesOf(path) : [relative(root, path)];
  });
}

export const pages: readonly Page[] = filesOf()
  .filter((path) => path.endsWith(".md"))
  .sort()
  .map(readPage);

export function pageAt(path: string): Page {
  const found = pages.find((page) => page.path === path);
  if (!found) throw new Error(`There is no page ${path}`);
  return found;
}

/** Where a link of a page leads: a path relative to the root, and a fragment. */
export function resolveLink(page: Page, target: string): { path: string; anchor: string | undefined } {
  const [file = "", anchor] = target.split("#");
  return { path: file === "" ? page.path : join(dirname(page.path), decodeURI(file)), anchor };
}

/** The cells of the table under a heading; the header row is left out. */
export function tableOf(page: Page, heading: string): string[][] {
  const lines = page.prose.split("\n");
  const start = lines.findIndex((line) => new RegExp(`^#+ ${heading}$`).test(line));
  if (start < 0) throw new Error(`${page.path} has no heading "${heading}"`);
  const end = lines.findIndex((line, index) => index > start && line.startsWith("#"));
  const rows = lines.slice(start + 1, end < 0 ? undefined : end).filter((line) => line.startsWith("|"));
  if (rows.length < 3) throw new Error(`${page.path} has no table under "${heading}"`);
  return rows.slice(2).map((row) =>
    row
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );
}

/** What stands in backticks. */
export function codeIn(text: string): string[] {
  return [...text.matchAll(span)].map(([code]) => code.slice(1, -1));
}
