import { allPages, type Page, type PageRequest } from "../../src/index";

/** The rows of every page of a list, page by page. */
export async function pagesOf<T>(list: (request: PageRequest) => Promise<Page<T>>, limit: number): Promise<T[][]> {
  const pages: T[][] = [];
  for await (const { items } of allPages(list, { limit })) pages.push(items);
  return pages;
}
