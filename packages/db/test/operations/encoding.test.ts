import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withUrlParts } from "../../src/client/url";
import { ConfigurationError, createDatabase, ensureDb, MigrationError, validateSchema } from "../../src/index";
import { withAdmin } from "../../src/operations/admin";
import { packageMigrations } from "../../src/operations/assets";
import { migrate } from "../../src/operations/migrations";
import { createTestDatabase, type TestDatabase } from "../../src/testing";
import { callTool } from "../cli/run-tool";
import { rejection } from "../kit/outcomes";

let test: TestDatabase;
const encodings = ["LATIN9", "SQL_ASCII", "LATIN1", "EUC_JP"];
const nameOf = (encoding: string) => `org_db_${encoding.toLowerCase()}_${word}`;
const word = randomBytes(4).toString("hex");

beforeAll(async () => {
  test = await createTestDatabase();
  for (const encoding of encodings) {
    await test.asOwner((owner) =>
      owner.query(`create database ${nameOf(encoding)} template template0 encoding '${encoding}' locale 'C'`),
    );
  }
});
afterAll(async () => {
  for (const encoding of encodings) {
    await test.asOwner((owner) => owner.query(`drop database if exists ${nameOf(encoding)} with (force)`));
  }
  await test.close();
});

describe.each(encodings)("a database in %s", (encoding) => {
  const admin = () => withUrlParts(test.urls.admin, { database: nameOf(encoding) });
  const sentence = `The database's encoding is ${encoding}, and must be UTF8`;

  it("is refused at start-up although it was migrated once, and by the proof of its schema", async () => {
    await test.asOwner((owner) =>
      owner.query("update pg_database set encoding = pg_char_to_encoding($1) where datname = current_database()", [
        encoding,
      ]),
    );
    const db = createDatabase({ url: test.urls.runtime, unsafeLogin: "refuse" });
    try {
      const error = await rejection(ensureDb(db));
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(String(error)).toContain(sentence);
      expect((await db.checkConnectionHealth()).errors.join()).toContain(sentence);
      const { isValid, errors } = await validateSchema(db);
      expect(isValid).toBe(false);
      expect(errors).toEqual([expect.objectContaining({ rule: "encoding", fix: expect.stringContaining(sentence) })]);
      const { output } = await callTool(["check"], { DATABASE_ADMIN_URL: test.urls.admin });
      expect(output).toContain(sentence);
    } finally {
      await db.close();
    }
  });

  it("is not migrated", async () => {
    const migrations = await packageMigrations();
    const error = await rejection(withAdmin(admin(), (client) => migrate(client, { migrations })));
    expect(error).toBeInstanceOf(MigrationError);
    expect(String(error)).toContain(sentence);
    const made = await withAdmin(admin(), (client) =>
      client.query("select from pg_namespace where nspname = 'migrations'"),
    );
    expect(made.rowCount).toBe(0);
  });

  it.each([["migrate"], ["migrate", "--dry-run"], ["check"], ["doctor"], ["seed"]])(
    "fails the command %j",
    async (...args) => {
      const { code, output } = await callTool(args, { DATABASE_ADMIN_URL: admin() });
      expect(code).toBe(1);
      expect(output).toContain(sentence);
      expect(output).not.toContain("All is well");
    },
  );
});

it("is made in UTF8 by db:reset, on whatever the server's own default is", async () => {
  const { output, code } = await callTool(["reset", "--yes"], {
    DATABASE_ADMIN_URL: withUrlParts(test.urls.admin, { database: nameOf("LATIN9") }),
  });
  expect(output).toContain("Empty again");
  expect(code).toBe(0);
});
