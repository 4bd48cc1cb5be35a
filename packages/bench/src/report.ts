import type { Goal } from "./goals";
import type { Race, Result } from "./race";

const ratio = (value: number) => `${value.toFixed(value < 0.2 ? 3 : 2)}x`;
const microseconds = (value: number) => value.toFixed(value < 10 ? 1 : 0);

/** A table of equal columns; the first one is text, the others are numbers. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join("  "),
    )
    .join("\n");
}

export function resultTable({ title }: Race, results: readonly Result[]): string {
  const server = results.some((result) => result.serverCpu);
  const head = ["", "wall", "p10..p90", "us", "client CPU", "us"];
  const body = results.map(({ name, wall, clientCpu, serverCpu, ...result }) => [
    name,
    ratio(wall.median),
    `${wall.p10.toFixed(2)}..${wall.p90.toFixed(2)}`,
    microseconds(result.microseconds),
    ratio(clientCpu.median),
    microseconds(result.clientMicroseconds),
    ...(server
      ? serverCpu
        ? [ratio(serverCpu.median), microseconds(result.serverMicroseconds ?? Number.NaN)]
        : ["", ""]
      : []),
  ]);
  return `${title}\n${table([server ? [...head, "server CPU", "us"] : head, ...body])}`;
}

export function goalTable(goals: readonly Goal[]): string {
  const body = goals.map(({ goal, unit, limit, measured, reached }) => {
    const value = (of: number) => (unit === "ms" ? `${of.toFixed(1)} ms` : ratio(of));
    return [goal, `<= ${value(limit)}`, value(measured), reached ? "reached" : "missed"];
  });
  return `Goals\n${table([["", "goal", "measured", ""], ...body])}`;
}
