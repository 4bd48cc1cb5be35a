import { catalogueScope } from "../domains";
import { withAdmin } from "../operations/admin";
import { readSchemaText } from "../operations/catalogue";
import { startTestRun } from "./run";
import { useTemplate } from "./server/template";

/** The text of schema.sql for the migrations in the folder: applied to a scratch database, read back, dropped. */
export async function migratedSchemaText(): Promise<string> {
  const run = await startTestRun();
  try {
    const clone = await useTemplate({ adminUrl: run.adminUrl, name: run.templateName }).clone();
    return await withAdmin(clone.url(), (client) => readSchemaText(client, catalogueScope.schemas));
  } finally {
    await run.stop();
  }
}
