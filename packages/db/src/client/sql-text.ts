/** What a part of an SQL text is. `number` and `text` are values that were written into it. */
type Kind = "word" | "name" | "parameter" | "number" | "text" | "comment" | "other";

interface Part {
  kind: Kind;
  /** As it stands in the statement, from this index on. */
  raw: string;
  from: number;
  /** As it is shown, from this index on. */
  shown: string;
  shownFrom: number;
}

// In the order in which they are tried. What is opened and not closed reaches to the end.
const kinds: readonly (readonly [Kind, RegExp])[] = [
  ["comment", /--[^\n]*/y],
  ["text", /e'[^'\\]*(?:(?:''|\\[\s\S])[^'\\]*)*(?:'|\\?$)/iy],
  ["text", /(?:u&|[bnx])?'[^']*(?:''[^']*)*(?:'|$)/iy],
  ["text", /(\$(?:[a-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)[\s\S]*?(?:\1|$(?![\s\S]))/iy],
  ["name", /(?:u&)?"[^"]*(?:""[^"]*)*(?:"|$)/iy],
  ["parameter", /\$\d+/y],
  ["number", /\.?\d[\w.]*/y],
  ["word", /[a-z_\u0080-\uffff][\w$\u0080-\uffff]*/iy],
  ["other", /[\s\S]/uy],
];

/** The end of a comment between bars, in which others may be nested. */
function endOfComment(text: string, from: number): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = from;
  for (let depth = 0, found = edge.exec(text); found; found = edge.exec(text)) {
    depth += found[0] === "/*" ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return text.length;
}

function nextPart(text: string, from: number): { kind: Kind; raw: string } {
  if (text.startsWith("/*", from)) return { kind: "comment", raw: text.slice(from, endOfComment(text, from)) };
  for (const [kind, pattern] of kinds) {
    pattern.lastIndex = from;
    const raw = pattern.exec(text)?.[0];
    if (raw) return { kind, raw };
  }
  return { kind: "other", raw: text.slice(from, from + 1) };
}

const plainName = /^"[A-Za-z_][\w$]{0,62}"$/;

function shownAs(kind: Kind, raw: string): string {
  switch (kind) {
    case "text":
      return "'…'";
    case "number":
      return "…";
    case "comment":
      return " ";
    case "name":
      return plainName.test(raw) ? raw : '"…"';
    default:
      return raw;
  }
}

/**
 * An SQL text as an error or a log may show it: its own words, with `…` for every value that was written into it. Names
 * in quotes are shown when they are plain, because a value between the wrong quotes is a name to the server.
 */
export class ShownSql {
  readonly #raw: string;
  readonly #parts: Part[] = [];
  readonly text: string;

  constructor(raw: string) {
    this.#raw = raw;
    let text = "";
    for (let from = 0; from < raw.length; ) {
      const next = nextPart(raw, from);
      const shown = shownAs(next.kind, next.raw);
      this.#parts.push({ ...next, from, shown, shownFrom: text.length });
      text += shown;
      from += next.raw.length;
    }
    this.text = text;
  }

  /** True when a text was written into it. Where such a text ends cannot be told in SQL that has a syntax error. */
  get holdsText(): boolean {
    return this.#parts.some(({ kind }) => kind === "text");
  }

  /** True when this word, or each part of this dotted name, stands in it as a word or a plain name. */
  names(name: string): boolean {
    return name.split(".").every((part) => this.#words.has(part.toLowerCase()));
  }

  #known: Set<string> | undefined;
  get #words(): Set<string> {
    this.#known ??= new Set(this.#parts.filter(isName).map((part) => bare(part).toLowerCase()));
    return this.#known;
  }

  /** The index of what the server calls this position: it counts characters, from 1. */
  #indexOf(position: number): number {
    const before = /[\ud800-\udbff]/.test(this.#raw) ? [...this.#raw].slice(0, position - 1).join("") : undefined;
    return before === undefined ? position - 1 : before.length;
  }

  #partAt(position: number): number {
    const index = this.#indexOf(position);
    return this.#parts.findIndex(({ from, raw }) => index >= from && index < from + raw.length);
  }

  /** True when the position is inside a value, so that the server's message may repeat it. */
  isValueAt(position: number): boolean {
    const kind = this.#parts[this.#partAt(position)]?.kind;
    return kind === "text" || kind === "number" || kind === "comment";
  }

  /** The dotted name that begins at the position, without its quotes; undefined when something else does. */
  nameAt(position: number): string | undefined {
    const at = this.#partAt(position);
    return at < 0 ? undefined : this.#nameFrom(at);
  }

  /** All dotted names, in lower case. */
  dottedNames(): string[] {
    return this.#parts.flatMap((_part, at) => this.#nameFrom(at)?.toLowerCase() ?? []);
  }

  #nameFrom(at: number): string | undefined {
    const first = this.#parts[at];
    if (!first || !isName(first)) return undefined;
    const next = this.#parts[at + 1]?.raw === "." ? this.#nameFrom(at + 2) : undefined;
    return next === undefined ? bare(first) : `${bare(first)}.${next}`;
  }

  /** What is shown around the position, at most `most` characters, and where in it the position is, from 1. */
  around(position: number, most: number): { text: string; position: number } {
    const part = this.#parts[this.#partAt(position)];
    const within = part && part.shown === part.raw ? this.#indexOf(position) - part.from : 0;
    const at = (part?.shownFrom ?? this.text.length) + within;
    if (this.text.length <= most) return { text: this.text, position: at + 1 };
    const from = Math.max(0, Math.min(at - Math.floor(most / 2), this.text.length - most));
    const to = from + most;
    const before = from > 0 ? "…" : "";
    const text = `${before}${this.text.slice(from, to)}${to < this.text.length ? "…" : ""}`;
    return { text, position: at - from + before.length + 1 };
  }
}

const isName = ({ kind, shown }: Part) => kind === "word" || (kind === "name" && shown !== '"…"');

const bare = ({ raw }: Part) => (raw.startsWith('"') ? raw.slice(1, -1) : raw);
