/** What a promise was rejected with; throws when it was fulfilled. */
export async function rejection(promise: PromiseLike<unknown>): Promise<unknown> {
  const outcome = await Promise.resolve(promise).then(
    () => ({ fulfilled: true, error: undefined }),
    (error: unknown) => ({ fulfilled: false, error }),
  );
  if (outcome.fulfilled) throw new TypeError("The call succeeded, but it was expected to fail");
  return outcome.error;
}

/** The fulfilled values and the rejected reasons of several calls. */
export function sortOut<T>(results: PromiseSettledResult<T>[]): { values: T[]; errors: unknown[] } {
  return {
    values: results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])),
    errors: results.flatMap((result) => (result.status === "rejected" ? [result.reason] : [])),
  };
}
