export * from "./validation/abonos";
export * from "./validation/businesses";
export * from "./validation/closings";
export * from "./validation/customers";
export * from "./validation/orders";
export * from "./validation/routes";
export * from "./validation/sales";
