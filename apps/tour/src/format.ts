/** How a column's cells stand: text to the left, numbers and money to the right. */
export interface Column {
  readonly header: string;
  readonly align?: "left" | "right";
}

const whole = new Intl.NumberFormat("en-US");

/** 2240 → 2,240 */
export function count(value: number): string {
  return whole.format(value);
}

/** "2328.60" → "2,328.60", on the text itself: money never becomes a JavaScript number. */
export function money(amount: string): string {
  const [units = "", decimals] = amount.split(".");
  const grouped = units.replace(/\B(?=(\d{3})+$)/g, ",");
  return decimals === undefined ? grouped : `${grouped}.${decimals}`;
}

/** "1 customer", "59 customers" */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

// Code points of the composed form, so that "Holý" takes four places whichever way it is encoded.
const width = (text: string) => [...text.normalize("NFC")].length;

/** Breaks a text at spaces, so that no line is longer than `size` unless a single word is. */
export function wrap(text: string, size: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && width(longer) > size) lines.push(line);
    line = line !== "" && width(longer) > size ? word : longer;
  }
  return [...lines, line];
}

function pad(text: string, size: number, align: Column["align"]): string {
  const space = " ".repeat(Math.max(0, size - width(text)));
  return align === "right" ? space + text : text + space;
}

/** The lines of a table: header, rule, rows; all columns as wide as their widest cell. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const sizes = columns.map(({ header }, index) =>
    Math.max(width(header), ...rows.map((row) => width(row[index] ?? ""))),
  );
  const line = (cells: readonly string[]) =>
    columns
      .map(({ align }, index) => pad(cells[index] ?? "", sizes[index] ?? 0, align))
      .join("   ")
      .trimEnd();
  const rule = sizes.map((size) => "─".repeat(size)).join("   ");
  return [line(columns.map(({ header }) => header)), rule, ...rows.map(line)];
}
