import { inspect } from "node:util";

/** Every text that a thing can turn into: in a log, a crash, a response, a debugger. */
export function surfaces(thing: unknown, depth = 20): Record<string, string> {
  const unlimited = { depth, maxStringLength: null, maxArrayLength: null } as const;
  const texts: Record<string, string> = {
    string: attempt(() => String(thing)),
    JSON: attempt(() => JSON.stringify(thing)),
    inspected: attempt(() => inspect(thing, unlimited)),
    "inspected, hidden too": attempt(() => inspect(thing, { ...unlimited, showHidden: true, getters: true })),
    "inspected by hand": attempt(() => inspect(thing, { ...unlimited, customInspect: false, showProxy: true })),
  };
  if (/^\[[\w ]+\]$/.test(texts["inspected, hidden too"] ?? "")) {
    throw new TypeError("It is too large to be printed to that depth, so that nothing was looked at");
  }
  if (thing instanceof Error) {
    texts.message = thing.message;
    texts.stack = thing.stack ?? "";
    const inner = [thing.cause, ...(thing instanceof AggregateError ? thing.errors : [])];
    for (const [index, part] of inner.entries()) {
      if (part === undefined || part === thing) continue;
      for (const [name, text] of Object.entries(surfaces(part, depth))) texts[`cause ${index}: ${name}`] = text;
    }
  }
  return texts;
}

// What throws when it is printed shows the error instead.
function attempt(print: () => string | undefined): string {
  try {
    return print() ?? "";
  } catch (error) {
    return inspect(error, { depth: 20 });
  }
}

/** The names of the secrets that can be read on the thing, and where: empty when it keeps them all. */
export function leaks(
  thing: unknown,
  secrets: readonly (readonly [name: string, text: string])[],
  depth?: number,
): string[] {
  const texts = Object.entries(typeof thing === "string" ? { text: thing } : surfaces(thing, depth));
  return secrets.flatMap(([name, secret]) =>
    texts.filter(([, text]) => text.includes(secret)).map(([where]) => `${name} in ${where}`),
  );
}
