import { urlFromEnvironment, urlVariable } from "../client/config";
import type { ConnectionTarget } from "../client/url";
import { isInstalled } from "../testing/checkout";
import { environmentFile, urlVariables, valueInFile } from "../testing/environment-file";

/** Where a variable has its value from: `.env`, or `exported`, which wins over the file. */
export function whereNamed(variable: string): ".env" | "exported" {
  return process.env[variable] === valueInFile(variable) ? ".env" : "exported";
}

/** The URL without its password and its parameters, which may hold secrets too. */
export function shownUrl({ user, host, port, database }: ConnectionTarget): string {
  const address = host.includes(":") ? `[${host}]` : host;
  const [place, folder] = host.startsWith("/") ? ["", `?host=${host}`] : [`${address}:${port}`, ""];
  return `postgresql://${encodeURIComponent(user)}@${place}/${encodeURIComponent(database)}${folder}`;
}

/** How to reach the database that the environment names, in lines that a shell takes as they are; without any secret. */
export function howToReach(): string {
  const kind = urlFromEnvironment("admin") ? "admin" : "runtime";
  if (!urlFromEnvironment(kind)) {
    return "No variable names a database, so that an app of yours finds none. `pnpm db:up` starts the embedded one and writes its URLs to .env";
  }
  const variable = urlVariable(kind);
  const inFile = whereNamed(variable) === ".env";
  const node = `node${inFile ? " --env-file=.env" : ""}`;
  const sources = isInstalled() ? " app.mjs" : " --conditions=@org/source --import tsx <file of an app>";
  const lines = [
    ["psql", `psql "$(${node} -p process.env.${variable})"`],
    ["your app", `${node}${sources}`],
    ["any client", `the URL of ${variable} in ${inFile ? environmentFile() : "your environment"}`],
  ];
  const given = urlFromEnvironment("runtime") ? "" : ` (createDatabase() needs ${urlVariables.runtime}: pnpm db:roles)`;
  return [
    `How to reach it, from this folder${given}:`,
    ...lines.map(([what = "", how]) => `  ${what.padEnd(11)} ${how}`),
  ].join("\n");
}
