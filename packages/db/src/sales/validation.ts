export * from "./validation/businesses";
