import { performance } from "node:perf_hooks";
import { type Column, count, seconds, tableLines, wrap } from "./format";

/** Where the tour writes to, and what that place understands. */
export interface Output {
  write(text: string): unknown;
  /** May hold colours. */
  readonly colour: boolean;
  /** A person watches: a line can be written over. */
  readonly live: boolean;
}

/** Tells how far a long piece of work is. Call `done` in the end, also after a failure. */
export interface Progress {
  at(done: number): void;
  done(): void;
}

const codes = { bold: [1, 22], dim: [2, 22], green: [32, 39], cyan: [36, 39] } as const;
const indent = "   ";
const clearLine = "\r\u001b[2K";

/** Prints the tour. The words are the same with and without colours, with and without a terminal. */
export class Print {
  readonly #output: Output;
  #chapters = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  title(title: string, subtitle?: string): void {
    this.#line(this.#style("bold", title));
    if (subtitle) this.#line(subtitle);
  }

  /** A numbered step: its heading, what `work` prints, and how long it took. */
  async chapter<T>(title: string, work: () => Promise<T>): Promise<T> {
    this.#chapters += 1;
    this.#line(`\n${this.#style("bold", `${this.#chapters}. ${title}`)}`);
    const start = performance.now();
    const result = await work();
    const took = performance.now() - start;
    if (took >= 5) this.#line(indent + this.#style("dim", seconds(took)));
    return result;
  }

  say(text: string): void {
    this.#line(indent + text);
  }

  /** The line of code that did it. */
  code(line: string): void {
    this.#line(`${indent}${this.#style("cyan", `› ${line}`)}`);
  }

  /** Text to be pasted elsewhere: as it is, without indentation and colours. */
  paste(what: string, text: string): void {
    this.#line(`\n${indent}${what}:\n\n${text}\n`);
  }

  /** What was seen to be true. */
  proof(text: string): void {
    const [first, ...more] = wrap(text, 92);
    this.#line(`${indent}${this.#style("green", "✓")} ${first}`);
    for (const line of more) this.#line(`${indent}  ${line}`);
  }

  /** Something on the side. */
  note(text: string): void {
    this.#line(indent + this.#style("dim", text));
  }

  table(columns: readonly Column[], rows: readonly (readonly string[])[]): void {
    const [header = "", rule = "", ...body] = tableLines(columns, rows);
    this.#line("");
    for (const line of [this.#style("bold", header), this.#style("dim", rule), ...body]) this.#line(indent + line);
    this.#line("");
  }

  /** One line that is written over where a person watches; elsewhere a line at each quarter. */
  progress(what: string, total: number): Progress {
    const { live } = this.#output;
    let quarter = 0;
    let open = false;
    const text = (done: number) => {
      const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
      return `${indent}${what}: ${count(done).padStart(count(total).length)} of ${count(total)}  ${bar(percent)} ${percent} %`;
    };
    return {
      at: (done) => {
        const reached = Math.floor((4 * done) / total);
        if (live) this.#output.write(clearLine + text(done));
        else if (reached > quarter) this.#line(text(done));
        quarter = reached;
        open = live;
      },
      done: () => {
        if (open) this.#output.write("\n");
        open = false;
      },
    };
  }

  #line(text: string): void {
    this.#output.write(`${text}\n`);
  }

  #style(style: keyof typeof codes, text: string): string {
    const [on, off] = codes[style];
    return this.#output.colour ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  }
}

function bar(percent: number): string {
  const filled = Math.round(percent / 5);
  return "█".repeat(filled) + "░".repeat(20 - filled);
}

/** What a stream understands: colours only on a terminal that has them, and never under NO_COLOR. */
export function outputOf(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv = process.env): Output {
  const live = stream.isTTY === true && environment.TERM !== "dumb";
  return { write: (text) => stream.write(text), live, colour: live && !environment.NO_COLOR };
}
