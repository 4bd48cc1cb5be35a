import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { picture, stateMachines } from "./core/states";
import "./schema";

const machines = stateMachines().map((machine) => ({ name: `${machine.table}.${machine.column}`, machine }));

describe("the README of a domain draws its state machines", () => {
  it.each(machines)("$name", ({ name, machine }) => {
    const [domain = ""] = name.split(".");
    const readme = readFileSync(join(__dirname, domain, "README.md"), "utf8");
    // When it differs, put the expected text into the README.
    expect(readme).toContain(`\n${name}\n${picture(machine)}\n`);
  });
});
