import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The folder of the checkout that this file is in. */
const checkout = fileURLToPath(new URL("../../../..", import.meta.url));

function git(root: string, ...args: string[]): string | undefined {
  const { status, stdout } = spawnSync("git", args, { cwd: root, encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}

/** The commit that this work started from: where the branch left main, and on main itself the commit before. */
function startOfWork(root: string): string | undefined {
  const head = git(root, "rev-parse", "HEAD");
  for (const main of ["origin/main", "main"]) {
    const base = git(root, "merge-base", "HEAD", main);
    if (base !== undefined && base !== head) return base;
  }
  return git(root, "rev-parse", "HEAD~1");
}

/**
 * Whether files below these folders differ from where this work started; then tests that otherwise sample take their
 * whole. `DB_TEST_CHANGED` states it: `all`, or names such as the caller's, or `none`. Where git cannot tell (no
 * repository, a shallow clone) the answer is no: the soak is for the rest.
 */
export function changed(name: string, folders: readonly string[], root = checkout): boolean {
  const stated = process.env.DB_TEST_CHANGED;
  if (stated) return stated === "all" || stated.split(",").includes(name);
  const base = startOfWork(root);
  if (base === undefined) return false;
  const edited = git(root, "diff", "--name-only", base, "--", ...folders);
  const added = git(root, "ls-files", "--others", "--exclude-standard", "--", ...folders);
  return Boolean(edited) || Boolean(added);
}

/** Whether the SQL sources that a domain stands on, its own and those of tenancy, have changed. */
export const sqlChanged = (domain: string, root = checkout): boolean =>
  changed(
    domain,
    [domain, "tenancy"].map((name) => `packages/db/src/${name}/sql`),
    root,
  );
