export * from "./validation/accounts";
export * from "./validation/bills";
export { idListSchema, voidOptionsSchema } from "./validation/documents";
export * from "./validation/invoices";
export * from "./validation/journal";
export * from "./validation/parties";
export * from "./validation/payments";
export * from "./validation/periods";
export * from "./validation/rates";
