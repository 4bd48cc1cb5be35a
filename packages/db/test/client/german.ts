const severities: Record<string, string> = { ERROR: "FEHLER", FATAL: "FATAL", PANIC: "PANIK", WARNING: "WARNUNG" };

const messages: [english: RegExp, german: string][] = [
  [/^permission denied for table (.*)$/, "keine Berechtigung für Tabelle $1"],
  [
    /^new row violates row-level security policy for table "(.*)"$/,
    "neue Zeile verletzt Policy für Sicherheit auf Zeilenebene für Tabelle »$1«",
  ],
  [/^invalid input syntax for type (\w+): "(.*)"$/, "ungültige Eingabesyntax für Typ $1: »$2«"],
  [/^[\s\S]*$/, "Der Server hat die Anweisung abgelehnt"],
];

function german(field: string, text: string): string {
  if (field === "S") return severities[text] ?? text;
  if (field !== "M") return text;
  const [english, translation] = messages.find(([pattern]) => pattern.test(text)) ?? [];
  return english && translation ? text.replace(english, translation) : text;
}

/**
 * An error or notice as a server with `lc_messages=de_DE.UTF-8` sends it: severity and message are translated, code and
 * routine are not. Not for errors of our own functions, whose texts have no translation.
 */
export function inGerman(type: string, bytes: Buffer): Buffer {
  if (type !== "E" && type !== "N") return bytes;
  const fields = bytes
    .toString("utf8", 5)
    .split("\0")
    .filter((field) => field !== "");
  const isOurs = fields.some((field) => field.startsWith("CZT"));
  const translated = fields.map((field) => {
    const [name = "", text] = [field[0], field.slice(1)];
    return isOurs && name === "M" ? field : name + german(name, text);
  });
  const body = Buffer.from(`${translated.join("\0")}\0\0`, "utf8");
  const head = Buffer.alloc(5);
  head.write(type, 0, "latin1");
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
