import { byCodeUnits } from "../migrations/folder";
import type { Source } from "./types";

const rank: Record<Source["kind"], number> = { function: 0, trigger: 1, view: 2 };

/**
 * Functions, then triggers, then views, and each behind what its text names. What names each other in a ring stays in
 * the order of names: only PL/pgSQL bodies do, and those are read when they first run.
 */
export function inOrder(sources: readonly Source[]): Source[] {
  const triggers = sources.filter((source) => source.kind === "trigger");
  const others = sources
    .filter((source) => source.kind !== "trigger")
    .toSorted((left, right) => rank[left.kind] - rank[right.kind] || byCodeUnits(left.name, right.name));
  const byName = new Map(others.map((source) => [source.name, source]));
  const done = new Set<Source>();
  const visit = (source: Source) => {
    if (done.has(source)) return;
    done.add(source);
    for (const name of namesIn(source.text)) {
      const named = byName.get(name);
      if (named && named.kind === source.kind) visit(named);
    }
    ordered.push(source);
  };
  const ordered: Source[] = [];
  for (const source of others) visit(source);
  const functions = ordered.filter((source) => source.kind === "function");
  return [...functions, ...triggers, ...ordered.filter((source) => source.kind === "view")];
}

/** Every `schema.name` that the text holds, comments left out. */
export function namesIn(text: string): string[] {
  return [
    ...new Set(
      text
        .replace(/--[^\n]*/g, "")
        .replaceAll('"', "")
        .match(/\b[a-z_]+\.[a-z_0-9]+\b/g) ?? [],
    ),
  ];
}
