const weight = 0.2;

/**
 * How long each statement takes on the server, as a moving average in milliseconds. The time of the fastest call counts
 * as the network's round trip and is subtracted. That minimum grows slowly, so that a slower network is noticed.
 */
export class Pace {
  readonly #averages = new Map<string, number>();
  #journey = Number.POSITIVE_INFINITY;

  /** Milliseconds that one call of the statement is expected to take; undefined before the first one. */
  expected(name: string): number | undefined {
    return this.#averages.get(name);
  }

  /** Tells that these statements, sent together, were answered after `elapsed` milliseconds. */
  note(names: readonly string[], elapsed: number): void {
    this.#journey = Math.min(this.#journey * 1.001, elapsed);
    const work = elapsed - this.#journey;
    const known = names.map((name) => this.#averages.get(name) ?? 0);
    const total = known.reduce((sum, average) => sum + average, 0);
    names.forEach((name, index) => {
      const share = total > 0 ? (known[index] ?? 0) / total : 1 / names.length;
      const average = this.#averages.get(name);
      this.#averages.set(name, average === undefined ? work * share : average + weight * (work * share - average));
    });
  }
}
