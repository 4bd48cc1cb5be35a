export * from "./validation/abonos";
export * from "./validation/businesses";
export * from "./validation/customers";
export * from "./validation/sales";
