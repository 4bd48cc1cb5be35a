import { groupOf } from "../../../client/login-check";
import { isHarmless } from "../harmless-settings";
import { quoteName } from "../text";
import type { RoleInfo, SettingInfo } from "../types";
import { type Rule, reachesRuntime, runtimeRole } from "./rule";

const groups: readonly string[] = Object.values(groupOf);

/** Defaults take effect when a session begins, before any code of the package: a proof of objects alone misses them. */
const settingsAreHarmless: Rule = ({ surroundings: { sessions, database } }) =>
  sessions.settings
    .filter((setting) => setting.ofDatabase === undefined || !isHarmless(setting.name))
    .map((setting) => ({
      object: `setting ${setting.name} of ${ownerOf(setting, database.name)}`,
      expected: "no default that changes what a session reads, writes or understands",
      // A setting of the application's own may hold a secret.
      found:
        setting.name.includes(".") && setting.ofDatabase !== undefined
          ? "a default value"
          : `${setting.name} = ${setting.value}`,
      fix: fixOf(setting, database.name),
    }));

function ownerOf({ role, ofDatabase }: SettingInfo, database: string): string {
  if (ofDatabase === undefined) return "the server";
  if (role === undefined) return ofDatabase ? `database ${database}` : "every role";
  return ofDatabase ? `role ${role} in database ${database}` : `role ${role}`;
}

function fixOf({ name, role, ofDatabase }: SettingInfo, database: string): string {
  if (ofDatabase === undefined) {
    return `Run \`ALTER SYSTEM RESET ${name}\` as a superuser and reload the configuration, or take it out of the file or command that sets it.`;
  }
  const target =
    role === undefined && ofDatabase
      ? `DATABASE ${quoteName(database)}`
      : `ROLE ${role === undefined ? "ALL" : quoteName(role)}${ofDatabase ? ` IN DATABASE ${quoteName(database)}` : ""}`;
  const setting = name.split(".").map(quoteName).join(".");
  return `Run \`ALTER ${target} RESET ${setting}\`; who set it for a login of an application may have had its password.`;
}

/** Groups have no power but their grants; who owns functions, none but theirs; a login, none but those of one group. */
const rolesAreWeak: Rule = (catalogue) => {
  const { sessions, definers } = catalogue.surroundings;
  // What `definer-owner` says of an owner is not said again.
  const told = new Set(
    definers.filter(({ grants }) => grants.some(reachesRuntime(catalogue))).map(({ owner }) => owner.name),
  );
  return sessions.roles.flatMap((role) => {
    const found = tooMuch(role).filter(({ names }) => !(told.has(role.name) && toldOfOwners.includes(names)));
    if (found.length === 0) return [];
    return [
      {
        object: `role ${role.name}`,
        expected: expectedOf[role.kind],
        found: found.map(({ words }) => words).join(", "),
        fix: `Run \`${found.map(({ statement }) => statement).join("; ")}\` as a superuser.`,
      },
    ];
  });
};

const toldOfOwners: readonly string[] = ["SUPERUSER", "BYPASSRLS", "LOGIN", ...groups];

const expectedOf: Record<RoleInfo["kind"], string> = {
  group: "NOLOGIN without attributes, a member of nothing",
  writer: `NOLOGIN without attributes, a member of ${runtimeRole} at most`,
  login: "LOGIN without other attributes, a member of just one of the groups, which it cannot give away",
};

const allowedFor: Record<RoleInfo["kind"], readonly string[]> = { group: [], writer: [runtimeRole], login: groups };

function tooMuch({
  name,
  kind,
  attributes,
  memberOf,
}: RoleInfo): { names: string; words: string; statement: string }[] {
  const role = quoteName(name);
  const allowed = allowedFor[kind];
  // Of several groups a login keeps the first; which one it needs is for its owner to say.
  const kept = memberOf.find((membership) => allowed.includes(membership.role))?.role;
  return [
    ...attributes
      .filter((attribute) => kind !== "login" || attribute !== "LOGIN")
      .map((attribute) => ({ names: attribute, words: attribute, statement: `ALTER ROLE ${role} NO${attribute}` })),
    ...memberOf
      .filter((membership) => membership.role !== kept)
      .map((membership) => ({
        names: membership.role,
        words: `a member of ${membership.role}`,
        statement: `REVOKE ${quoteName(membership.role)} FROM ${role}`,
      })),
    ...memberOf
      .filter((membership) => membership.role === kept && membership.admin)
      .map((membership) => ({
        names: "ADMIN OPTION",
        words: `ADMIN OPTION for ${membership.role}`,
        statement: `REVOKE ADMIN OPTION FOR ${quoteName(membership.role)} FROM ${role}`,
      })),
  ];
}

export const sessionRules = {
  "session-settings": settingsAreHarmless,
  "role-powers": rolesAreWeak,
} satisfies Record<string, Rule>;
