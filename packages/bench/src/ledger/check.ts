import type { AccountsArena } from "./arena";

/**
 * Throws unless the books are right: lines, balances and totals agree, and no account's chain of lines has a gap. As the
 * owner, whose statements may take long.
 */
export async function checkBooks({ test }: AccountsArena): Promise<void> {
  const { rows } = await test.asOwner((owner) =>
    owner.query<{ kind: string; detail: string }>("select kind, detail from accounting.violations limit 5"),
  );
  if (rows.length === 0) return;
  throw new Error(`The books are wrong:\n${rows.map(({ kind, detail }) => `  ${kind}: ${detail}`).join("\n")}`);
}

/** Entries with their lines as they are stored, in the order of `ids`, without what is new at each call. */
export async function postedEntries({ test }: AccountsArena, ids: readonly string[]): Promise<unknown> {
  const { rows } = await test.asOwner((owner) =>
    owner.query(
      `select to_jsonb(e) - array['id', 'posted_by', 'created_at', 'updated_at'] as entry, (
         select jsonb_agg(to_jsonb(l) - array['id', 'entry_id', 'account_version', 'balance_after', 'created_at']
           order by l.line_number)
         from accounting.journal_lines l where l.tenant_id = e.tenant_id and l.entry_id = e.id) as lines
       from unnest($1::uuid[]) with ordinality as i (id, position)
       join accounting.journal_entries e on e.id = i.id
       order by i.position`,
      [ids],
    ),
  );
  return rows;
}
