import { createHash } from "node:crypto";
import { dialect } from "../core/statement";

/*
 * A development server runs a changed module again, and with it whatever makes a handle there. Handles with a key are
 * kept on globalThis, which no reload touches: the next run finds the one before it.
 */

interface Kept {
  handle: object;
  /** What made it, of which run of the package, from which settings. */
  owner: unknown;
  statements: unknown;
  settings: string;
  supersede(): void;
}

/** Where every run of the package finds the kept handles. */
const place = Symbol.for("@org/db/handles");

function keptHandles(): Map<string, Kept> {
  const host = globalThis as { [place]?: Map<string, Kept> };
  if (!host[place]) Object.defineProperty(host, place, { value: new Map<string, Kept>() });
  return host[place] as Map<string, Kept>;
}

const ofConfiguration = /^(?:DATABASE_|DB_|PGURI$|NODE_ENV$)/;

/** Options and environment as one text that holds no secret. Functions count as equal, because each run makes them anew. */
function fingerprint(options: object): string {
  const environment = Object.entries(process.env).filter(([name]) => ofConfiguration.test(name));
  const text = JSON.stringify([options, environment.sort()], (_key, value: unknown) =>
    typeof value === "function" ? "function" : value,
  );
  return createHash("sha256").update(text).digest("hex");
}

export interface KeepOptions<Handle extends object> {
  /** Kind of handle, and the caller's key. */
  key: string;
  /** Its class or the function that makes it. Another run of the package has another one. */
  owner: unknown;
  options: object;
  make(): Handle;
  /** Makes a handle that was replaced give up its connections, although it may still be in use. */
  supersede(handle: Handle): void;
}

/**
 * The handle that an earlier run made, when options, environment and the package's own code are still the same. Otherwise
 * a new one, which supersedes the earlier one. In production nothing is superseded: nothing is reloaded there, and another
 * copy of the package is another bundle, whose handle is in use.
 */
export function keep<Handle extends object>({ key, owner, options, make, supersede }: KeepOptions<Handle>): Handle {
  const handles = keptHandles();
  const settings = fingerprint(options);
  const before = handles.get(key);
  if (before && before.owner === owner && before.statements === dialect && before.settings === settings) {
    return before.handle as Handle;
  }
  const handle = make();
  handles.set(key, { handle, owner, statements: dialect, settings, supersede: () => supersede(handle) });
  if (process.env.NODE_ENV !== "production") before?.supersede();
  return handle;
}

/** A closed handle is not kept: the next run makes a new one. */
export function forget(handle: object): void {
  const handles = keptHandles();
  for (const [key, kept] of handles) if (kept.handle === handle) handles.delete(key);
}
