import { createTenant } from "../../../src/testing";
import { inDatabase } from "../../kit/tenants";
import { MadeBooks } from "../reports/made-books";
import { writeBooks } from "../reports/rows";

export const documentsMade = 600;

/** The tests of a file share `acme`, whose books `made` were just imported: no table has statistics. */
export const inLargeBooks = inDatabase
  .extend("acme", { scope: "file" }, async ({ test }) => {
    await test.asOwner(async (owner) => {
      const { rows } = await owner.query(
        "select oid::regclass as name from pg_class where relkind = 'r' and relnamespace = 'accounting'::regnamespace",
      );
      for (const { name } of rows) await owner.query(`alter table ${name} set (autovacuum_enabled = off)`);
    });
    return createTenant(test, "Acme", { chart: false });
  })
  .extend("made", { scope: "file", auto: true }, async ({ test, acme }) => {
    const made = new MadeBooks(200);
    for (let number = 0; number < documentsMade; number += 1) {
      const date = `2026-0${1 + (number % 9)}-10`;
      const of = { date, amount: 100n + BigInt(number), party: number % 200 };
      const invoice = made.document("invoice", of);
      if (number % 3 === 0) made.void(invoice, date);
      else made.allocate(made.pay("invoice", of), invoice, 50n, date);
    }
    await test.asOwner((owner) => writeBooks(owner, made, acme.tenant.id, acme.company.id));
    return made;
  });
