/** What the entry page shows and leads to. */
export interface PageLink {
  /** Drizzle Studio with the address of its server. */
  studio: string;
  databaseUrl: string;
}

const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/**
 * The page that `db:studio` prints the link of. It goes on to Drizzle Studio when the browser reaches it; otherwise it stays
 * and says what is missing, and how to browse instead. It holds the login's URL, for the developer alone.
 */
export function entryPage({ studio, databaseUrl }: PageLink, nonce: string): string {
  const link = escaped(studio);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Studio</title>
<style nonce="${nonce}">
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44em; margin: 3em auto; padding: 0 1em; }
code { display: block; padding: .6em .8em; background: #f2f2f2; color: #111; overflow-wrap: anywhere; }
</style>
</head>
<body>
<h1 id="title">Opening Drizzle Studio</h1>
<p id="state">Looking for <a href="${link}">local.drizzle.studio</a> …</p>
<h2>Without it</h2>
<p>The page of Drizzle Studio comes from https://local.drizzle.studio, from the internet. The data does not: it stays on this
machine. When the page does not open, the browser has no internet, or does not let a page reach this machine: Safari and Brave
forbid it, Chrome asks for it.</p>
<p>Browse instead with any PostgreSQL client (psql, DBeaver, pgAdmin, your editor), as long as <b>pnpm db:studio</b> runs:</p>
<code>${escaped(databaseUrl)}</code>
<p>The login reads and writes the rows of all tenants. It is no superuser, owns nothing, and is gone when the command ends.</p>
<script nonce="${nonce}">
const say = (title, state) => {
  document.getElementById("title").textContent = title;
  document.getElementById("state").textContent = state;
};
fetch("https://local.drizzle.studio/", { mode: "no-cors", cache: "no-store", signal: AbortSignal.timeout(6000) }).then(
  () => location.replace(${JSON.stringify(studio)}),
  () => say("Drizzle Studio cannot be reached", "This browser does not reach https://local.drizzle.studio."),
);
</script>
</body>
</html>
`;
}
