import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readChinook } from "../src/chapters/accounting/chinook";
import { TourError } from "../src/failure";
import { dataFolder } from "./support";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tour-chinook-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A copy of the files with one text replaced. */
async function damaged(file: string, from: string, to: string): Promise<string> {
  await cp(dataFolder, folder, { recursive: true });
  const text = await readFile(join(folder, file), "utf8");
  expect(text).toContain(from);
  await writeFile(join(folder, file), text.replace(from, to));
  return folder;
}

describe("reading the Chinook files", () => {
  it("gives typed sales with decimal text for money", async () => {
    const sales = await readChinook();
    expect(sales).toMatchObject({ lines: 2_240, total: "2328.60" });
    expect(sales.customers[0]).toMatchObject({ externalId: "1", name: "Luís Gonçalves", country: "Brazil" });
    expect(sales.customers[1]).toMatchObject({ externalId: "2", state: null });
    expect(sales.invoices[411]).toMatchObject({ externalId: "412", invoiceNumber: "CHINOOK-000412", status: "issued" });
    expect(sales.invoices[0]?.lines[0]).toEqual({
      description: "Balls to the Wall",
      quantity: "1",
      unitPrice: "0.99",
    });
  });

  it("refuses an invoice that is not the sum of its lines", async () => {
    const copy = await damaged("invoice_lines.csv", "1,1,Balls to the Wall,0.99,1", "1,1,Balls to the Wall,0.98,1");
    await expect(readChinook(copy)).rejects.toThrow("invoices.csv: invoice 1 says 1.98, its lines 1.97");
  });

  it("refuses a line of an unknown invoice", async () => {
    const copy = await damaged("invoice_lines.csv", "1,1,Balls to the Wall", "1,999,Balls to the Wall");
    await expect(readChinook(copy)).rejects.toThrow("invoice_lines.csv: line 1 names an unknown invoice");
  });

  it("refuses an invoice of an unknown customer", async () => {
    const copy = await damaged("invoices.csv", "1,2,2021-01-01", "1,99,2021-01-01");
    await expect(readChinook(copy)).rejects.toThrow("invoices.csv: invoice 1 names an unknown customer");
  });

  it("refuses an id that is there twice", async () => {
    const copy = await damaged("customers.csv", "\n2,Leonie", "\n1,Leonie");
    await expect(readChinook(copy)).rejects.toThrow('customers.csv: customer_id "1" is no number, or there twice');
  });

  it("refuses a file with other columns", async () => {
    const copy = await damaged("invoices.csv", "billing_country", "country");
    await expect(readChinook(copy)).rejects.toThrow("invoices.csv: the first line should be invoice_id,customer_id,");
  });

  it("names a file that cannot be read and how to get it back", async () => {
    const copy = await damaged("customers.csv", '"Av. Brigadeiro', '"Av. "Brigadeiro');
    await expect(readChinook(copy)).rejects.toThrow(TourError);
    await expect(readChinook(join(folder, "nowhere"))).rejects.toThrow(
      /^\w+\.csv cannot be read \(restore it with git checkout apps\/tour\/data\): ENOENT/,
    );
  });
});
