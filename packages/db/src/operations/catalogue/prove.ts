import type { Allowance } from "../../core/domain";
import { additionRules, companyWarnings } from "./rules/additions";
import { columnRules } from "./rules/columns";
import { foreignKeyRules } from "./rules/foreign-keys";
import { keyRules } from "./rules/keys";
import { largeObjectRules, largeObjectWarnings } from "./rules/large-objects";
import { movableRules } from "./rules/movable";
import { namingRules } from "./rules/names";
import { objectRules } from "./rules/objects";
import { privilegeRules } from "./rules/privileges";
import { rowSecurityRules } from "./rules/row-security";
import { sessionRules } from "./rules/sessions";
import { surroundingRules } from "./rules/surroundings";
import { triggerRules } from "./rules/triggers";
import type { Catalogue, SchemaError } from "./types";

const rules = {
  ...rowSecurityRules,
  ...keyRules,
  ...foreignKeyRules,
  ...columnRules,
  ...namingRules,
  ...privilegeRules,
  ...objectRules,
  ...surroundingRules,
  ...largeObjectRules,
  ...movableRules,
  ...sessionRules,
  ...additionRules,
  ...triggerRules,
};

/** Names of all rules of the proof. */
export const ruleNames = Object.keys(rules);

/**
 * Proves the design for every table of the catalogue: isolation, keys, foreign keys, privileges, names, and that it can move. Returns what is
 * wrong, without what an allowance covers; an allowance without a reason, or that nothing needs, is an error itself.
 */
export function proveSchema(catalogue: Catalogue, allowances: readonly Allowance[] = []): SchemaError[] {
  const broken = Object.entries(rules).flatMap(([rule, check]) =>
    check(catalogue).map((finding) => ({ ...finding, rule })),
  );
  const covers = (allowance: Allowance, error: SchemaError) =>
    allowance.rule === error.rule && allowance.object === error.object;
  return [
    ...broken.filter((error) => !allowances.some((allowance) => covers(allowance, error))),
    ...allowances.flatMap((allowance) =>
      checkAllowance(
        allowance,
        broken.some((error) => covers(allowance, error)),
      ),
    ),
  ];
}

/**
 * Warnings: what weakens isolation, and what only a superuser can mend or know the reason of. The owner of the schemas cannot,
 * on a server whose superuser belongs to somebody else.
 */
export function schemaWarnings(catalogue: Catalogue): SchemaError[] {
  return Object.entries({ ...largeObjectWarnings, ...companyWarnings }).flatMap(([rule, check]) =>
    check(catalogue).map((finding) => ({ ...finding, rule })),
  );
}

function checkAllowance(allowance: Allowance, used: boolean): SchemaError[] {
  const base = { rule: "allowances", object: allowance.object };
  const named = `an allowance of the rule "${allowance.rule}"`;
  if (allowance.reason.trim() === "") {
    return [
      {
        ...base,
        expected: `${named} with its reason`,
        found: "no reason",
        fix: "Write the reason into the allowance.",
      },
    ];
  }
  if (used) return [];
  return [{ ...base, expected: `${named} that is needed`, found: "nothing to allow", fix: "Remove the allowance." }];
}
