export * from "./validation/businesses";
export * from "./validation/integrity";
export * from "./validation/products";
export * from "./validation/reports";
