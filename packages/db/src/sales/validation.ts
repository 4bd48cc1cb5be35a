export * from "./validation/businesses";
export * from "./validation/products";
