import type { OpenedDevelopmentDatabase } from "@org/db/testing";
import type { Print } from "../print";

/** Where the data is, and what to do with it. */
export function sayWhereNext(print: Print, { location }: Pick<OpenedDevelopmentDatabase, "location">): Promise<void> {
  return print.chapter("Where to go from here", async () => {
    print.say(`The data stays: ${location}`);
    print.table(
      [{ header: "Run" }, { header: "to" }],
      [
        ["pnpm demo", "take the tour again: it finds everything, and changes nothing"],
        ["pnpm db:studio", "browse all tables in Drizzle Studio"],
        ["pnpm test", "run every test on a database of its own"],
        ["pnpm db:reset", "start afresh: this removes the data"],
      ],
    );
    print.say(
      "README.md lists the pages of docs/; this tour's source is apps/tour/src/chapters, a folder for each domain.",
    );
  });
}
