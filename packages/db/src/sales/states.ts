import { stateMachine } from "../core/states";

const writer = "sales_writer";

/**
 * A sale counts once it is recorded: with its items, stock, debt and route, all at once. One that is written by SQL is a
 * draft until its items come to its total.
 */
export const saleStatus = stateMachine({
  table: "sales.sales",
  states: ["draft", "recorded", "void"],
  initial: ["draft"],
  initialBy: { role: writer, states: ["recorded"] },
  transitions: [
    { from: "draft", to: ["recorded", "void"], by: writer },
    { from: "recorded", to: "void", by: writer },
  ],
  start: "A new sale is a draft: insert it as one, then its items",
  refusals: [
    { from: "draft", sentence: "A sale is recorded by its items, which come to its total" },
    { from: "void", sentence: "A void sale stays void: record another" },
    { sentence: "A sale is taken back by the function sales.void_sale" },
  ],
});

/** Money that was received stands until it is voided. */
export const abonoStatus = stateMachine({
  table: "sales.abonos",
  states: ["recorded", "void"],
  initial: ["recorded"],
  transitions: [{ from: "recorded", to: "void", by: writer }],
  start: "A new abono is recorded: void it afterwards",
  refusals: [
    { from: "void", sentence: "A void abono stays void: record another" },
    { sentence: "An abono is taken back by the function sales.void_abono" },
  ],
});

/** A vendor's route of one day: loaded, on its way, settled. An admin opens a settled one again while its day is open. */
export const distribucionStatus = stateMachine({
  table: "sales.distribuciones",
  column: "estado",
  states: ["activo", "en_ruta", "cerrado"],
  initial: ["activo"],
  transitions: [
    { from: "activo", to: "en_ruta" },
    { from: "en_ruta", to: "cerrado", by: writer },
    { from: "cerrado", to: "en_ruta", by: writer },
  ],
  start: "A new route is activo: it leaves afterwards",
  refusals: [
    { from: "activo", to: "cerrado", sentence: "The route has not left: set it to en_ruta first" },
    { to: "cerrado", sentence: "A route is settled by the function sales.close_distribucion" },
    { from: "cerrado", sentence: "A settled route is opened again by the function sales.reopen_distribucion" },
    { sentence: "A route does not go from {from} to {to}" },
  ],
});

/** What a customer ordered ahead; the delivery is a sale. */
export const orderStatus = stateMachine({
  table: "sales.orders",
  states: ["ordered", "delivered", "cancelled"],
  initial: ["ordered"],
  transitions: [
    { from: "ordered", to: "delivered", by: writer },
    { from: "delivered", to: "ordered", by: writer },
    { from: "ordered", to: "cancelled" },
  ],
  start: "A new order is ordered: deliver or cancel it afterwards",
  refusals: [
    { from: "ordered", sentence: "An order is delivered by the sale that names it" },
    { from: "delivered", sentence: "The order is delivered: void its sale" },
    { sentence: "A cancelled order stays cancelled: make another" },
  ],
});
