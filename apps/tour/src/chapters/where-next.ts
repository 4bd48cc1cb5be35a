import type { OpenedDevelopmentDatabase } from "@org/db/testing";
import type { Print } from "../print";

/** Where the data is, how to connect to it, and what to do with it. */
export function sayWhereNext(
  print: Print,
  { location, kept }: Pick<OpenedDevelopmentDatabase, "location" | "kept">,
): Promise<void> {
  return print.chapter("Where to go from here", async () => {
    print.say(`The data stays: ${location}`);
    for (const line of kept?.said ?? []) print.say(line);
    print.table(
      [{ header: "Run" }, { header: "to" }],
      [
        ["pnpm demo", "take the tour again: it finds everything, and changes nothing"],
        kept
          ? ["pnpm db:down", "stop the server, which runs on"]
          : ["pnpm db:up", "keep the server running, write its URLs to .env, and see ten lines that connect"],
        ["pnpm db:studio", "browse all tables in Drizzle Studio"],
        ["pnpm test", "run every test on a database of its own"],
        ["pnpm db:reset", "start afresh: this removes the data"],
      ],
    );
    print.say(
      "README.md lists the pages of docs/; this tour's source is apps/tour/src/chapters, a folder for each domain.",
    );
    if (kept) print.paste("Ten lines that connect, to paste into a shell in this folder", kept.firstLines);
  });
}
