export * from "./schema/accounts";
export * from "./schema/ledger";
export * from "./schema/parties";
export * from "./schema/payables";
export * from "./schema/payments";
export * from "./schema/receivables";
export * from "./schema/schemas";
export * from "./states";
