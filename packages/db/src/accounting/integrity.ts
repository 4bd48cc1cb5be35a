import type { z } from "zod";
import type { Unit } from "../client/unit";
import { parseInput } from "../core/validation";
import { beginningOf, partsOf, type Violation } from "./integrity-parts";
import { groupOf, integrityCheckSchema, type RuleGroup, ruleGroups } from "./validation/integrity";
import { type ViolationKind, violationFilterSchema } from "./validation/reports";

export type IntegrityCheckOptions = z.input<typeof integrityCheckSchema>;

/** How far a check of the books came, and what it found on the way. */
export interface IntegrityCheck {
  violations: Violation[];
  /** The rules that were checked for all records, in this call or in those that it goes on from. */
  checked: RuleGroup[];
  /** The rules that still have to be checked, the one that was begun among them. Empty when the check is done. */
  remaining: RuleGroup[];
  /** Where the next call goes on; undefined when the check is done. */
  resume: string | undefined;
}

const byPlace = (one: Violation, other: Violation) => placeOf(one).localeCompare(placeOf(other), "en");
const placeOf = ({ kind, companyId, recordId, detail }: Violation) => `${kind} ${companyId} ${recordId} ${detail}`;

/**
 * The health check of the books: the views `accounting.violations_of_…` compute every rule again from the records.
 *
 * Books are checked in parts, each by one statement and so from one snapshot. No rule compares records of two parts, so
 * that work that goes on meanwhile is never taken for a violation. A violation that was there when the check began is
 * found, unless it is mended before its part is looked at; one that is made behind the check is found by the next.
 */
export class IntegrityRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /**
   * Rules that do not hold, in all books of the tenant or of one company; none in healthy books. However large the books,
   * each statement takes about a second: run it as a job, on a handle, not in a transaction, which it would keep open. At
   * most `limit` are returned (1,000 when left out, 10,000 at most). Throws `ValidationError`.
   */
  async violations(filter: z.input<typeof violationFilterSchema> = {}): Promise<Violation[]> {
    const wanted = parseInput(violationFilterSchema, filter, "filter");
    const found: Violation[] = [];
    for await (const { violations } of partsOf(this.#unit, firstOf(wanted.kind), wanted)) {
      found.push(...violations);
      if (found.length >= wanted.limit) break;
    }
    return found.sort(byPlace).slice(0, wanted.limit);
  }

  /**
   * The same check for a limited time: it ends with the first part that is done after `milliseconds` (5,000 when left out),
   * or that brings the violations to `limit`. Give `resume` of its answer to the next call, with the same filter, to go on
   * from there; the position is text that can be stored. No violation is lost at the end of a call: one record's, or one
   * account's, come together (10,000 at most), also when they are more than `limit`. Throws `ValidationError`.
   */
  async check(options: IntegrityCheckOptions = {}): Promise<IntegrityCheck> {
    const { milliseconds, resume, ...wanted } = parseInput(integrityCheckSchema, options, "check");
    const until = performance.now() + milliseconds;
    const violations: Violation[] = [];
    let next = resume ?? firstOf(wanted.kind);
    for await (const part of partsOf(this.#unit, next, wanted)) {
      violations.push(...part.violations);
      if (!part.next) return { violations, checked: groupsOf(wanted.kind), remaining: [], resume: undefined };
      next = part.next;
      if (performance.now() >= until || violations.length >= wanted.limit) break;
    }
    const groups = groupsOf(wanted.kind);
    const begun = groups.indexOf(next.group);
    return {
      violations,
      checked: groups.slice(0, begun),
      remaining: groups.slice(begun),
      resume: `${next.group} ${next.from}`,
    };
  }
}

const groupsOf = (kind: ViolationKind | undefined): RuleGroup[] => (kind ? [groupOf[kind]] : [...ruleGroups]);

const firstOf = (kind: ViolationKind | undefined) => beginningOf(kind ? groupOf[kind] : ruleGroups[0]);
