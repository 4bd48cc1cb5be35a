/** Every page of a list, in order. */
export async function allPages<T>(
  list: (request: { limit: number; cursor?: string | undefined }) => Promise<{
    items: T[];
    nextCursor: string | undefined;
  }>,
  limit: number,
): Promise<T[][]> {
  const pages: T[][] = [];
  let cursor: string | undefined;
  do {
    const page = await list({ limit, cursor });
    pages.push(page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return pages;
}
