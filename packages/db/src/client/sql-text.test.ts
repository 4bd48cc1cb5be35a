import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ShownSql } from "./sql-text";

const secret = "canary9c1d";

const shown: [sql: string, text: string][] = [
  [`select nme from accounting.customers where id = $1`, `select nme from accounting.customers where id = $1`],
  [`select '${secret}'`, `select '…'`],
  [`select 'it''s ${secret}' as a`, `select '…' as a`],
  [`select e'\\'${secret}' as a`, `select '…' as a`],
  [`select E'${secret}\\\\' as a`, `select '…' as a`],
  [`select B'0101', x'FF', N'${secret}', U&'${secret}'`, `select '…', '…', '…', '…'`],
  [`select $$${secret}$$, $tag$ ${secret} $$ $tag$ as a`, `select '…', '…' as a`],
  [`select $1, $2::text`, `select $1, $2::text`],
  [`select a -- ${secret}\nfrom b`, `select a  \nfrom b`],
  [`select a /* ${secret} /* ${secret} */ ${secret} */ from b`, `select a   from b`],
  [`select 7319046285193, .5, 1.5e10, 0xFF from t2`, `select …, …, …, … from t2`],
  [`select "tax_id", "odd ${secret}", "${secret}-1", U&"${secret}"`, `select "tax_id", "…", "…", "…"`],
  [`select '${secret}`, `select '…'`],
  [`select /* ${secret}`, `select  `],
  [`select $x$ ${secret}`, `select '…'`],
  [`select "${secret} `, `select "…"`],
  [`select a::numeric(12,2) from größe`, `select a::numeric(…,…) from größe`],
];

describe("SQL in an error or a log", () => {
  it.each(shown)("%s", (sql, text) => {
    expect(new ShownSql(sql).text).toBe(text);
  });

  it("holds no value, whatever the value is", () => {
    const value = fc.string({ minLength: 4 }).filter((text) => /[a-z0-9]{4}/i.test(text));
    const written = (text: string) => `select a from b where c = '${text.replaceAll("'", "''")}' and d = $1`;
    fc.assert(
      fc.property(value, (text) => {
        expect(new ShownSql(written(text)).text).toBe("select a from b where c = '…' and d = $1");
      }),
    );
  });

  it("may be as long as it likes", () => {
    const long = "x".repeat(3_000_000);
    for (const text of [`'${long}'`, `e'${long}'`, `$$${long}$$`]) {
      expect(new ShownSql(`select ${text}, a from b`).text).toBe("select '…', a from b");
    }
    expect(new ShownSql(`select "${long}" /* ${long} */`).text).toBe('select "…"  ');
  });

  it("is told at the server's position, which counts characters", () => {
    const sql = new ShownSql(`select '😀 ${secret}', "Ünïq", nme from a.b`);
    const at = [...`select '😀 ${secret}', "Ünïq", nme from a.b`].join("").indexOf("nme");
    expect(sql.nameAt(at)).toBe("nme");
    expect(sql.around(at, 100)).toEqual({ text: `select '…', "…", nme from a.b`, position: 18 });
    expect(sql.isValueAt(8)).toBe(true);
    expect(sql.isValueAt(at)).toBe(false);
  });

  it("is cut around the position when it is long", () => {
    const columns = Array.from({ length: 500 }, (_, index) => `column_${String.fromCharCode(97 + (index % 26))}`);
    const text = `select ${columns.join(", ")}, nme from a`;
    const { text: cut, position } = new ShownSql(text).around(text.indexOf("nme") + 1, 100);
    expect(cut.length).toBeLessThanOrEqual(102);
    expect(cut.slice(position - 1, position + 2)).toBe("nme");
  });
});
