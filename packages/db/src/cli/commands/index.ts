import type { Command } from "../command";
import { type CommandName, worksHere } from "../words";
import { check } from "./check";
import { doctor } from "./doctor";
import { down } from "./down";
import { generate } from "./generate";
import { migrateCommand } from "./migrate";
import { push } from "./push";
import { reset } from "./reset";
import { roles } from "./roles";
import { seed } from "./seed";
import { studio } from "./studio";
import { up } from "./up";

const all: Readonly<Record<CommandName, Command>> = {
  up,
  down,
  generate,
  migrate: migrateCommand,
  push,
  roles,
  studio,
  seed,
  reset,
  check,
  doctor,
};

/** The commands that work here by their names, in the order of the help. */
export const commands: Readonly<Record<string, Command>> = Object.fromEntries(
  Object.entries(all).filter(([name]) => worksHere(name)),
);
