/*
 * Values that must never come out of an error, a log or a printed object. Each is told from all others, and none can
 * come about by chance. The real passwords of a test's logins are added to them.
 */

/** What an application would be ruined by, by where it goes in. */
export const canaries = {
  runtimePassword: "canary-runtime-password-71c4",
  encodedPassword: "canary/p@ss:wörd#82d5",
  queryPassword: "canary-query-password-93e6",
  adminPassword: "canary-admin-password-a4f7",
  environmentPassword: "canary-environment-password-b508",
  encryptionKey: "canary-encryption-key-c619",
  text: "canary-text-d72a",
  numeric: "7319046285193",
  uuid: "cafe4a1e-83b5-4c6d-9e7f-5d1a2b3c4e5f",
  json: "canary-json-e83b",
  bulk: "canary-bulk-f94c",
  duplicate: "canary-duplicate-0a5d",
  failingRow: "canary-failing-row-1b6e",
  wrongType: "canary-wrong-type-2c7f",
  template: "canary-template-3d80",
  idempotencyKey: "canary-idempotency-key-4e91",
  invitationToken: "canary-invitation-token-5fa2",
  field: "canary-field-60b3",
} as const;

export type Canary = keyof typeof canaries;

/** Names and values of everything that must stay hidden, also in the form that a URL gives it. */
export function secretsWith(passwords: Record<string, string>): [name: string, text: string][] {
  const all: [string, string][] = [...Object.entries(canaries), ...Object.entries(passwords)];
  const encoded = all.map(([name, text]): [string, string] => [`${name}, encoded`, encodeURIComponent(text)]);
  const plain = new Set(all.map(([, text]) => text));
  return [...all, ...encoded.filter(([, text]) => !plain.has(text))].filter(([, text]) => text !== "");
}
