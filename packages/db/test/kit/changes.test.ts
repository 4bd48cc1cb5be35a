import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sqlChanged } from "./changes";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "org-db-changes-"));
  vi.stubEnv("DB_TEST_CHANGED", "");
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=Tests", "-c", "user.email=tests@example.com", ...args], { cwd: root });
const write = (path: string, text = "select 1;") => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const commit = (path: string, text?: string) => {
  write(path, text);
  git("add", ".");
  git("commit", "-q", "-m", path);
};
const post = "packages/db/src/accounting/sql/post_journal.sql";

describe("the SQL of a domain has changed", () => {
  it("when a commit of the branch or the work in hand touches a source", () => {
    git("init", "-q", "-b", "main");
    commit(post);
    commit("README.md");
    git("checkout", "-q", "-b", "branch");
    expect(sqlChanged("accounting", root)).toBe(false);
    commit("docs/notes.md");
    expect(sqlChanged("accounting", root)).toBe(false);
    write(post, "select 2;");
    expect(sqlChanged("accounting", root)).toBe(true);
    expect(sqlChanged("trading", root)).toBe(false);
    git("checkout", "-q", post);
    write("packages/db/src/accounting/sql/new_function.sql");
    expect(sqlChanged("accounting", root)).toBe(true);
    git("add", ".");
    git("commit", "-q", "-m", "A function");
    commit("docs/notes.md", "More");
    expect(sqlChanged("accounting", root)).toBe(true);
  });

  it("for every domain when tenancy's has, and on main since the commit before", () => {
    git("init", "-q", "-b", "main");
    commit("README.md");
    commit("packages/db/src/tenancy/sql/refuse.sql");
    expect(sqlChanged("accounting", root)).toBe(true);
    commit("README.md", "Later");
    expect(sqlChanged("accounting", root)).toBe(false);
  });

  it("when it is stated, and not where git knows nothing", () => {
    expect(sqlChanged("accounting", root)).toBe(false);
    vi.stubEnv("DB_TEST_CHANGED", "trading,accounting");
    expect(sqlChanged("accounting", root)).toBe(true);
    vi.stubEnv("DB_TEST_CHANGED", "none");
    expect(sqlChanged("accounting", root)).toBe(false);
  });
});
