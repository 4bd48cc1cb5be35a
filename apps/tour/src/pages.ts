import { allPages, type Page, type PageRequest } from "@org/db";

/** All rows of a list. */
export async function everything<T>(list: (page: PageRequest) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  for await (const page of allPages(list)) items.push(...page.items);
  return items;
}
