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

/** Files that hold open handles of equal settings without a key; on globalThis, as the package may run again too. */
const unkeyedPlace = Symbol.for("@org/db/handles without a key");

function unkeyedHandles(): Map<string, WeakRef<object>[]> {
  const host = globalThis as { [unkeyedPlace]?: Map<string, WeakRef<object>[]> };
  if (!host[unkeyedPlace]) Object.defineProperty(host, unkeyedPlace, { value: new Map<string, WeakRef<object>[]>() });
  return host[unkeyedPlace] as Map<string, WeakRef<object>[]>;
}

/** So many open handles of one file and of equal settings are taken for runs of its module, each with a pool of its own. */
const suspicious = 3;

interface WarningOptions {
  onWarning?: ((message: string) => void) | undefined;
}

/**
 * Warns once, in development, when the file that called `maker` has made the third open handle with these options: its
 * module is likely run again by a development server, and each run leaves a pool behind. It cannot be told from a factory
 * of handles, so nothing is shared or closed.
 */
export function warnOfReloads(handle: object, options: WarningOptions, maker: CallableFunction): void {
  if (process.env.NODE_ENV === "production" || process.env.NODE_ENV === "test") return;
  const trace: { stack?: string } = {};
  Error.captureStackTrace(trace, maker);
  // Vite and others name each run of a module by a query; lines move with every change.
  const [, file = ""] = /\n\s+at (?:.*\()?(.*?)(?:\?[^:]*)?:\d+:\d+/.exec(trace.stack ?? "") ?? [];
  const handles = unkeyedHandles();
  const key = `${file} ${fingerprint(options)}`;
  const open = (handles.get(key) ?? []).filter((other) => other.deref());
  open.push(new WeakRef(handle));
  handles.set(key, open);
  if (open.length !== suspicious) return;
  const text = `${file} has opened ${suspicious} equal handles and closed none. Where a development server runs the module again, give each handle a key: ${maker.name}({ reloadKey: "main" })`;
  if (options.onWarning) options.onWarning(text);
  else process.emitWarning(text, { code: "ORG_DB_RELOADS" });
}

/** A closed handle is not kept: the next run makes a new one. */
export function forget(handle: object): void {
  for (const [key, open] of unkeyedHandles()) {
    const left = open.filter((other) => other.deref() !== handle);
    if (left.length > 0) unkeyedHandles().set(key, left);
    else unkeyedHandles().delete(key);
  }
  const handles = keptHandles();
  for (const [key, kept] of handles) if (kept.handle === handle) handles.delete(key);
}
