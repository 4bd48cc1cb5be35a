import { setTimeout } from "node:timers/promises";
import { NotFoundError, ValidationError } from "@org/db";
import { describe, expect, it } from "vitest";
import { sayWhereNext } from "../src/chapters/where-next";
import { describeFailure, TourError } from "../src/failure";
import { count, money, plural, tableLines, wrap } from "../src/format";
import { outputOf } from "../src/print";
import { printed } from "./support";

describe("amounts", () => {
  it("are grouped by thousands without becoming numbers", () => {
    expect(money("2328.60")).toBe("2,328.60");
    expect(money("-1234567.00")).toBe("-1,234,567.00");
    expect(money("523.06")).toBe("523.06");
    expect(money("12345678901234567890.1234")).toBe("12,345,678,901,234,567,890.1234");
    expect(money("1000")).toBe("1,000");
    expect(count(2240)).toBe("2,240");
    expect([plural(1, "line"), plural(0, "line")]).toEqual(["1 line", "0 lines"]);
  });
});

describe("a table", () => {
  it("aligns text to the left and money to the right, accents included", () => {
    const lines = tableLines(
      [{ header: "Customer" }, { header: "USD", align: "right" }],
      [
        ["Helena Holý", "49.62"],
        ["Helena Holý".normalize("NFD"), "1,149.62"],
      ],
    );
    expect(lines.slice(0, 3)).toEqual(["Customer           USD", "───────────   ────────", "Helena Holý      49.62"]);
    expect(lines[3]?.normalize("NFC")).toBe("Helena Holý   1,149.62");
  });
});

describe("wrapping", () => {
  it("breaks at spaces and loses no word", () => {
    expect(wrap("one two three four", 9)).toEqual(["one two", "three", "four"]);
    expect(wrap("averylongword and", 5)).toEqual(["averylongword", "and"]);
    expect(wrap("", 5)).toEqual([""]);
  });
});

describe("progress", () => {
  const steps = [20, 110, 120, 210, 300, 320, 412];

  it("is a line per quarter where nobody watches", () => {
    const paper = printed();
    const progress = paper.print.progress("invoices", 412);
    for (const step of steps) progress.at(step);
    progress.done();
    const lines = paper.text().trimEnd().split("\n");
    expect(lines.map((line) => /(\d+) of 412/.exec(line)?.[1])).toEqual(["110", "210", "320", "412"]);
    expect(lines.at(-1)).toContain("100 %");
  });

  it("is one line written over where a person watches", () => {
    const screen = printed({ live: true });
    const progress = screen.print.progress("invoices", 412);
    for (const step of steps) progress.at(step);
    progress.done();
    expect(screen.text().split("\r\u001b[2K")).toHaveLength(steps.length + 1);
    expect(screen.text().match(/\n/g)).toHaveLength(1);
    expect(screen.text()).toMatch(/\n$/);
  });
});

describe("colours", () => {
  const terminal = (isTTY: boolean, environment: NodeJS.ProcessEnv) =>
    outputOf({ isTTY, write: () => true } as unknown as NodeJS.WriteStream, environment);

  it("are for terminals that want them", () => {
    expect(terminal(true, { TERM: "xterm" })).toMatchObject({ colour: true, live: true });
    expect(terminal(true, { TERM: "xterm", NO_COLOR: "1" })).toMatchObject({ colour: false, live: true });
    expect(terminal(true, { TERM: "dumb" })).toMatchObject({ colour: false, live: false });
    expect(terminal(false, { TERM: "xterm" })).toMatchObject({ colour: false, live: false });
  });

  it("change nothing but the colours", async () => {
    const texts = await Promise.all(
      [false, true].map(async (colour) => {
        const paper = printed({ colour });
        paper.print.title("A tour", "of things");
        await paper.print.chapter("First", async () => {
          paper.print.code("await it()");
          paper.print.proof("It did");
          paper.print.note("by the way");
          paper.print.table([{ header: "A" }], [["1"]]);
          // Long enough that its time is printed, whatever else the machine does.
          await setTimeout(6);
        });
        return paper.text().replace(/\d+\.\d+ s/, "n s");
      }),
    );
    const [plain, coloured = ""] = texts;
    expect(plain).not.toContain("\u001b");
    expect(coloured).toContain("\u001b[32m✓\u001b[39m It did");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is taken out
    expect(coloured.replaceAll(/\u001b\[\d+m/g, "")).toBe(plain);
  });
});

describe("a failure", () => {
  it("is told as kind and message, with the fields of a refused input, and no stack", () => {
    expect(describeFailure(new NotFoundError("There is no such customer"))).toEqual([
      "NotFoundError: There is no such customer",
    ]);
    const refused = new ValidationError("The customer does not fit", [{ path: "name", message: "must not be empty" }]);
    expect(describeFailure(refused)).toEqual(["ValidationError: The customer does not fit", "name: must not be empty"]);
    expect(describeFailure(new TourError("No"))).toEqual(["TourError: No"]);
    expect(describeFailure("odd")).toEqual(["odd"]);
  });
});

describe("where to go", () => {
  const location = "embedded PostgreSQL";

  it("is db:up, to connect, when the server stops with the demo", async () => {
    const { print, text } = printed();
    await sayWhereNext(print, { location, kept: undefined });
    expect(text()).toContain("pnpm db:up");
  });

  it("has the lines that connect, unchanged, when it was kept", async () => {
    const { print, text } = printed();
    const firstLines = "cat > hello.ts <<'END'\n  indented\nEND\nnode hello.ts";
    await sayWhereNext(print, { location, kept: { said: ["DATABASE_URL: in .env"], firstLines } });
    expect(text()).toContain("   DATABASE_URL: in .env\n");
    expect(text()).toContain(`\n\n${firstLines}\n`);
    expect(text()).not.toContain("pnpm db:up");
  });
});
