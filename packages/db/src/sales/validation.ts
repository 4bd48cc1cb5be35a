export * from "./validation/businesses";
export * from "./validation/closings";
export * from "./validation/orders";
export * from "./validation/routes";
