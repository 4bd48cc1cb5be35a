import { isInstalled } from "../testing/checkout";

/** The commands of the tool. */
const names = [
  "up",
  "down",
  "generate",
  "migrate",
  "push",
  "roles",
  "studio",
  "seed",
  "reset",
  "check",
  "doctor",
] as const;
export type CommandName = (typeof names)[number];

/** Commands that write or read the sources of the package: an app that has installed it does not have them. */
export const ofSources: readonly string[] = ["generate", "push", "studio"] satisfies CommandName[];

/** True for a command that works here: all in the workspace, and in an app those that need no sources. */
export const worksHere = (command: string): boolean => !isInstalled() || !ofSources.includes(command);

const written = new RegExp(`\\b(?:pnpm )?db:(${names.join("|")})\\b`, "g");

/** A text of the tool as it is to be typed here: in an app `npx org-db migrate`, where the workspace has `pnpm db:migrate`. */
export function asTypedHere(text: string): string {
  if (!isInstalled()) return text;
  return text.replace(written, (said, command: string) =>
    worksHere(command) ? `npx org-db ${command}` : `${said} in the workspace of @org/db`,
  );
}
