import { afterEach, describe, expect, it, vi } from "vitest";
import { type Command, defineCommand, helpText, readOptions, UsageError } from "./command";
import { commands } from "./commands";
import { nearest } from "./nearest";

const specs = { port: { value: "number", help: "which port" }, yes: { help: "really" } };
const refused = (...args: string[]) => {
  try {
    readOptions(args, specs);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return undefined;
};

describe("options", () => {
  it("are read in every form", () => {
    expect(readOptions([], specs)).toEqual({});
    expect(readOptions(["--yes"], specs)).toEqual({ yes: true });
    for (const args of [["--port=1"], ["--port", "1"]]) expect(readOptions(args, specs)).toEqual({ port: "1" });
    expect(readOptions(["--port=-1"], specs)).toEqual({ port: "-1" });
  });

  it.each([
    [["--prot=1"], "There is no option --prot: did you mean --port?"],
    [["--dry-run"], "There is no option --dry-run: there is --port, --yes"],
    [["-y"], "There is no option -y: there is --port, --yes"],
    [["--no-yes"], "There is no option --no-yes: there is --port, --yes"],
    [["--constructor"], "There is no option --constructor: there is --port, --yes"],
    [["yes"], 'There is no argument "yes": did you mean --yes?'],
    [["--", "--yes"], 'There is no argument "--yes": did you mean --yes?'],
    [["--yes=1"], "--yes takes no value: write --yes alone"],
    [["--port"], "--port needs a value: --port=<number>"],
    [["--port="], "--port needs a value: --port=<number>"],
    [["--port", "--yes"], "--port needs a value: --port=<number>"],
    [["--yes", "--yes"], "--yes is given twice: give it once"],
  ])("refuse %j", (args, message) => {
    expect(refused(...args)).toBe(message);
  });

  it("never repeat what may be a secret", () => {
    const url = "postgresql://someone:hunter2canary@host/books";
    for (const args of [[url], [`--url=${url}`], ["--url", url], [`--${url}`], ["--yes", url], [`--yes=${url}`]]) {
      const message = refused(...args);
      expect(message).toBeDefined();
      expect(message).not.toContain("hunter2canary");
    }
  });

  it("are all in the help, with value and meaning", () => {
    const command = defineCommand({ help: "Does it", notes: "And so on", options: specs, run: async () => 0 });
    expect(helpText("it", command)).toBe(
      "db:it: Does it\n  --port=<number>  which port\n  --yes            really\nAnd so on",
    );
  });
});

describe("every command", () => {
  const all: [string, Command][] = Object.entries(commands);

  it.each(all)("%s refuses an unknown option before it does anything", async (_name, command) => {
    await expect(command.run(["--explode"])).rejects.toThrow(/^There is no option --explode: /);
    await expect(command.run(["explode"])).rejects.toThrow(UsageError);
  });

  it.each(all)("%s says in one line what it does, and of each option", (name, command) => {
    expect(helpText(name, command)).toMatch(/^db:\w+: .{20,}/);
    for (const [option, { help }] of Object.entries(command.options)) {
      expect(option).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(help.length).toBeGreaterThan(10);
    }
  });
});

describe("refused before anything is done", () => {
  afterEach(() => vi.unstubAllEnvs());
  const call = async (name: string, ...args: string[]) => commands[name]?.run(args);

  it.each(["soon", "0", "-1", "100000"])("migrate --lock-timeout=%s", async (seconds) => {
    const run = call("migrate", `--lock-timeout=${seconds}`);
    await expect(run).rejects.toThrow(UsageError);
    await expect(run).rejects.toThrow("--lock-timeout: use seconds, more than 0 and less than 100000");
  });

  it.each([[], ["--name=Not-Snake"], ["--name=Not-Snake", "--custom"]])("generate %j %j", async (...args) => {
    await expect(call("generate", ...args)).rejects.toThrow("A migration needs a name in snake_case");
  });

  it("push in production", async () => {
    vi.stubEnv("NODE_ENV", "production");
    await expect(call("push")).rejects.toThrow("db:push is for development only");
  });
});

describe("the nearest word", () => {
  it.each([
    ["migrat", "migrate"],
    ["chekc", "check"],
    ["genrate", "generate"],
    ["explode", undefined],
    ["", undefined],
  ])("of %j is %j", (word, expected) => {
    expect(nearest(word, Object.keys(commands))).toBe(expected);
  });
});
