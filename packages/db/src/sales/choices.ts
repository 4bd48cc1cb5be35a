import { choice } from "../core/choice";

/** Avileo: role of a person in the whole application. Nothing here is of it: the tenant's own roles are `tenancy.users.role`. */
export const userRole = choice(["admin", "vendedor"]);

/** What a person may do in one business. */
export const businessUserRole = choice(["admin_negocio", "vendedor"]);

/** How far a record made offline has come, as its device told last. */
export const syncStatus = choice(["pending", "synced", "error"]);

/** `contado`: paid in full at once. `credito`: what is not paid at once is the customer's debt. */
export const saleType = choice(["contado", "credito"]);

/** How money was paid: cash, two apps, bank transfer. */
export const paymentMethod = choice(["efectivo", "yape", "plin", "transferencia"]);

/** Chicken, eggs, other. */
export const productType = choice(["pollo", "huevo", "otro"]);

/** Sold by weight or by piece. */
export const productUnit = choice(["kg", "unidad"]);

/** Own stock, none, orders first, or stock where a product has any. */
export const modoOperacion = choice(["inventario_propio", "sin_inventario", "pedidos", "mixto"]);

/** Why stock moved. The first three are made by hand, the others by sales and routes. */
export const movementKind = choice([
  "receipt",
  "adjustment",
  "count",
  "sale",
  "sale_void",
  "assignment",
  "return",
  "loss",
  "reopening",
]);

/** Why a customer's debt moved. */
export const debtKind = choice(["sale", "sale_void", "abono", "abono_void"]);
