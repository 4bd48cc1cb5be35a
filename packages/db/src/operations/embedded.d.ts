/** Texts of migrations by the names of their folders, oldest first. */
declare module "embedded:migrations" {
  const texts: Readonly<Record<string, string>>;
  export default texts;
}

/** The text of schema.sql. */
declare module "embedded:schema" {
  const text: string;
  export default text;
}
