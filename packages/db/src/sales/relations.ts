import { defineRelations } from "drizzle-orm";
import { users } from "../tenancy/schema";
import {
  abonoAllocations,
  abonos,
  businesses,
  businessUsers,
  commissionRates,
  customerBalances,
  customers,
  dayClosingLate,
  dayClosingMoney,
  dayClosingStock,
  dayClosings,
  dayClosingVendors,
  debtEntries,
  distribucionAssignments,
  distribuciones,
  distribucionItems,
  distribucionMoney,
  inventory,
  orderItems,
  orders,
  products,
  refunds,
  saleItems,
  sales,
  stockMovements,
} from "./schema";

const tables = {
  salesAbonoAllocations: abonoAllocations,
  salesAbonos: abonos,
  salesBusinessUsers: businessUsers,
  salesBusinesses: businesses,
  salesCommissionRates: commissionRates,
  salesCustomerBalances: customerBalances,
  salesCustomers: customers,
  salesDayClosingLate: dayClosingLate,
  salesDayClosingMoney: dayClosingMoney,
  salesDayClosingStock: dayClosingStock,
  salesDayClosingVendors: dayClosingVendors,
  salesDayClosings: dayClosings,
  salesDebtEntries: debtEntries,
  salesDistribucionAssignments: distribucionAssignments,
  salesDistribucionItems: distribucionItems,
  salesDistribucionMoney: distribucionMoney,
  salesDistribuciones: distribuciones,
  salesInventory: inventory,
  salesOrderItems: orderItems,
  salesOrders: orders,
  salesProducts: products,
  salesRefunds: refunds,
  salesSaleItems: saleItems,
  salesSales: sales,
  salesStockMovements: stockMovements,
  users,
};

/** Joins for reading, for `tx.query.…`; keys carry the domain's name, as tables of several domains meet there. */
export const salesRelations = defineRelations(tables, (r) => ({
  salesAbonos: {
    business: r.one.salesBusinesses({
      from: [r.salesAbonos.tenantId, r.salesAbonos.businessId],
      to: [r.salesBusinesses.tenantId, r.salesBusinesses.id],
      optional: false,
    }),
    client: r.one.salesCustomers({
      from: [r.salesAbonos.tenantId, r.salesAbonos.clientId],
      to: [r.salesCustomers.tenantId, r.salesCustomers.id],
      optional: false,
    }),
    seller: r.one.salesBusinessUsers({
      from: [r.salesAbonos.tenantId, r.salesAbonos.sellerId],
      to: [r.salesBusinessUsers.tenantId, r.salesBusinessUsers.id],
      optional: false,
    }),
    distribucion: r.one.salesDistribuciones({
      from: [r.salesAbonos.tenantId, r.salesAbonos.distribucionId],
      to: [r.salesDistribuciones.tenantId, r.salesDistribuciones.id],
    }),
    allocations: r.many.salesAbonoAllocations({
      from: [r.salesAbonos.tenantId, r.salesAbonos.id],
      to: [r.salesAbonoAllocations.tenantId, r.salesAbonoAllocations.abonoId],
    }),
  },
  salesAbonoAllocations: {
    abono: r.one.salesAbonos({
      from: [r.salesAbonoAllocations.tenantId, r.salesAbonoAllocations.abonoId],
      to: [r.salesAbonos.tenantId, r.salesAbonos.id],
      optional: false,
    }),
    sale: r.one.salesSales({
      from: [r.salesAbonoAllocations.tenantId, r.salesAbonoAllocations.saleId],
      to: [r.salesSales.tenantId, r.salesSales.id],
      optional: false,
    }),
  },
  salesBusinesses: {
    users: r.many.salesBusinessUsers({
      from: [r.salesBusinesses.tenantId, r.salesBusinesses.id],
      to: [r.salesBusinessUsers.tenantId, r.salesBusinessUsers.businessId],
    }),
    customers: r.many.salesCustomers({
      from: [r.salesBusinesses.tenantId, r.salesBusinesses.id],
      to: [r.salesCustomers.tenantId, r.salesCustomers.businessId],
    }),
    sales: r.many.salesSales({
      from: [r.salesBusinesses.tenantId, r.salesBusinesses.id],
      to: [r.salesSales.tenantId, r.salesSales.businessId],
    }),
    abonos: r.many.salesAbonos({
      from: [r.salesBusinesses.tenantId, r.salesBusinesses.id],
      to: [r.salesAbonos.tenantId, r.salesAbonos.businessId],
    }),
    distribuciones: r.many.salesDistribuciones({
      from: [r.salesBusinesses.tenantId, r.salesBusinesses.id],
      to: [r.salesDistribuciones.tenantId, r.salesDistribuciones.businessId],
    }),
    products: r.many.salesProducts({
      from: [r.salesBusinesses.tenantId, r.salesBusinesses.id],
      to: [r.salesProducts.tenantId, r.salesProducts.businessId],
    }),
  },
  salesBusinessUsers: {
    business: r.one.salesBusinesses({
      from: [r.salesBusinessUsers.tenantId, r.salesBusinessUsers.businessId],
      to: [r.salesBusinesses.tenantId, r.salesBusinesses.id],
      optional: false,
    }),
    user: r.one.users({
      from: [r.salesBusinessUsers.tenantId, r.salesBusinessUsers.userId],
      to: [r.users.tenantId, r.users.id],
      optional: false,
    }),
    customers: r.many.salesCustomers({
      from: [r.salesBusinessUsers.tenantId, r.salesBusinessUsers.id],
      to: [r.salesCustomers.tenantId, r.salesCustomers.createdBy],
    }),
    sales: r.many.salesSales({
      from: [r.salesBusinessUsers.tenantId, r.salesBusinessUsers.id],
      to: [r.salesSales.tenantId, r.salesSales.sellerId],
    }),
    abonos: r.many.salesAbonos({
      from: [r.salesBusinessUsers.tenantId, r.salesBusinessUsers.id],
      to: [r.salesAbonos.tenantId, r.salesAbonos.sellerId],
    }),
    distribuciones: r.many.salesDistribuciones({
      from: [r.salesBusinessUsers.tenantId, r.salesBusinessUsers.id],
      to: [r.salesDistribuciones.tenantId, r.salesDistribuciones.vendedorId],
    }),
    commissionRates: r.many.salesCommissionRates({
      from: [r.salesBusinessUsers.tenantId, r.salesBusinessUsers.id],
      to: [r.salesCommissionRates.tenantId, r.salesCommissionRates.memberId],
    }),
  },
  salesCommissionRates: {
    member: r.one.salesBusinessUsers({
      from: [r.salesCommissionRates.tenantId, r.salesCommissionRates.memberId],
      to: [r.salesBusinessUsers.tenantId, r.salesBusinessUsers.id],
      optional: false,
    }),
  },
  salesCustomers: {
    business: r.one.salesBusinesses({
      from: [r.salesCustomers.tenantId, r.salesCustomers.businessId],
      to: [r.salesBusinesses.tenantId, r.salesBusinesses.id],
      optional: false,
    }),
    creator: r.one.salesBusinessUsers({
      from: [r.salesCustomers.tenantId, r.salesCustomers.createdBy],
      to: [r.salesBusinessUsers.tenantId, r.salesBusinessUsers.id],
    }),
    balance: r.one.salesCustomerBalances({
      from: [r.salesCustomers.tenantId, r.salesCustomers.id],
      to: [r.salesCustomerBalances.tenantId, r.salesCustomerBalances.clientId],
      optional: false,
    }),
    sales: r.many.salesSales({
      from: [r.salesCustomers.tenantId, r.salesCustomers.id],
      to: [r.salesSales.tenantId, r.salesSales.clientId],
    }),
    abonos: r.many.salesAbonos({
      from: [r.salesCustomers.tenantId, r.salesCustomers.id],
      to: [r.salesAbonos.tenantId, r.salesAbonos.clientId],
    }),
    debtEntries: r.many.salesDebtEntries({
      from: [r.salesCustomers.tenantId, r.salesCustomers.id],
      to: [r.salesDebtEntries.tenantId, r.salesDebtEntries.clientId],
    }),
  },
  salesCustomerBalances: {
    client: r.one.salesCustomers({
      from: [r.salesCustomerBalances.tenantId, r.salesCustomerBalances.clientId],
      to: [r.salesCustomers.tenantId, r.salesCustomers.id],
      optional: false,
    }),
  },
  salesDayClosings: {
    business: r.one.salesBusinesses({
      from: [r.salesDayClosings.tenantId, r.salesDayClosings.businessId],
      to: [r.salesBusinesses.tenantId, r.salesBusinesses.id],
      optional: false,
    }),
    money: r.many.salesDayClosingMoney({
      from: [r.salesDayClosings.tenantId, r.salesDayClosings.id],
      to: [r.salesDayClosingMoney.tenantId, r.salesDayClosingMoney.closingId],
    }),
    vendors: r.many.salesDayClosingVendors({
      from: [r.salesDayClosings.tenantId, r.salesDayClosings.id],
      to: [r.salesDayClosingVendors.tenantId, r.salesDayClosingVendors.closingId],
    }),
    stock: r.many.salesDayClosingStock({
      from: [r.salesDayClosings.tenantId, r.salesDayClosings.id],
      to: [r.salesDayClosingStock.tenantId, r.salesDayClosingStock.closingId],
    }),
    late: r.many.salesDayClosingLate({
      from: [r.salesDayClosings.tenantId, r.salesDayClosings.id],
      to: [r.salesDayClosingLate.tenantId, r.salesDayClosingLate.closingId],
    }),
  },
  salesDayClosingLate: {
    closing: r.one.salesDayClosings({
      from: [r.salesDayClosingLate.tenantId, r.salesDayClosingLate.closingId],
      to: [r.salesDayClosings.tenantId, r.salesDayClosings.id],
      optional: false,
    }),
    sale: r.one.salesSales({
      from: [r.salesDayClosingLate.tenantId, r.salesDayClosingLate.saleId],
      to: [r.salesSales.tenantId, r.salesSales.id],
    }),
    abono: r.one.salesAbonos({
      from: [r.salesDayClosingLate.tenantId, r.salesDayClosingLate.abonoId],
      to: [r.salesAbonos.tenantId, r.salesAbonos.id],
    }),
  },
  salesDayClosingMoney: {
    closing: r.one.salesDayClosings({
      from: [r.salesDayClosingMoney.tenantId, r.salesDayClosingMoney.closingId],
      to: [r.salesDayClosings.tenantId, r.salesDayClosings.id],
      optional: false,
    }),
  },
  salesDayClosingStock: {
    closing: r.one.salesDayClosings({
      from: [r.salesDayClosingStock.tenantId, r.salesDayClosingStock.closingId],
      to: [r.salesDayClosings.tenantId, r.salesDayClosings.id],
      optional: false,
    }),
    product: r.one.salesProducts({
      from: [r.salesDayClosingStock.tenantId, r.salesDayClosingStock.productId],
      to: [r.salesProducts.tenantId, r.salesProducts.id],
      optional: false,
    }),
  },
  salesDayClosingVendors: {
    closing: r.one.salesDayClosings({
      from: [r.salesDayClosingVendors.tenantId, r.salesDayClosingVendors.closingId],
      to: [r.salesDayClosings.tenantId, r.salesDayClosings.id],
      optional: false,
    }),
    member: r.one.salesBusinessUsers({
      from: [r.salesDayClosingVendors.tenantId, r.salesDayClosingVendors.memberId],
      to: [r.salesBusinessUsers.tenantId, r.salesBusinessUsers.id],
      optional: false,
    }),
  },
  salesDebtEntries: {
    client: r.one.salesCustomers({
      from: [r.salesDebtEntries.tenantId, r.salesDebtEntries.clientId],
      to: [r.salesCustomers.tenantId, r.salesCustomers.id],
      optional: false,
    }),
  },
  salesDistribuciones: {
    business: r.one.salesBusinesses({
      from: [r.salesDistribuciones.tenantId, r.salesDistribuciones.businessId],
      to: [r.salesBusinesses.tenantId, r.salesBusinesses.id],
      optional: false,
    }),
    vendedor: r.one.salesBusinessUsers({
      from: [r.salesDistribuciones.tenantId, r.salesDistribuciones.vendedorId],
      to: [r.salesBusinessUsers.tenantId, r.salesBusinessUsers.id],
      optional: false,
    }),
    assignments: r.many.salesDistribucionAssignments({
      from: [r.salesDistribuciones.tenantId, r.salesDistribuciones.id],
      to: [r.salesDistribucionAssignments.tenantId, r.salesDistribucionAssignments.distribucionId],
    }),
    items: r.many.salesDistribucionItems({
      from: [r.salesDistribuciones.tenantId, r.salesDistribuciones.id],
      to: [r.salesDistribucionItems.tenantId, r.salesDistribucionItems.distribucionId],
    }),
    money: r.many.salesDistribucionMoney({
      from: [r.salesDistribuciones.tenantId, r.salesDistribuciones.id],
      to: [r.salesDistribucionMoney.tenantId, r.salesDistribucionMoney.distribucionId],
    }),
    sales: r.many.salesSales({
      from: [r.salesDistribuciones.tenantId, r.salesDistribuciones.id],
      to: [r.salesSales.tenantId, r.salesSales.distribucionId],
    }),
    abonos: r.many.salesAbonos({
      from: [r.salesDistribuciones.tenantId, r.salesDistribuciones.id],
      to: [r.salesAbonos.tenantId, r.salesAbonos.distribucionId],
    }),
  },
  salesDistribucionAssignments: {
    distribucion: r.one.salesDistribuciones({
      from: [r.salesDistribucionAssignments.tenantId, r.salesDistribucionAssignments.distribucionId],
      to: [r.salesDistribuciones.tenantId, r.salesDistribuciones.id],
      optional: false,
    }),
    product: r.one.salesProducts({
      from: [r.salesDistribucionAssignments.tenantId, r.salesDistribucionAssignments.productId],
      to: [r.salesProducts.tenantId, r.salesProducts.id],
      optional: false,
    }),
  },
  salesDistribucionItems: {
    distribucion: r.one.salesDistribuciones({
      from: [r.salesDistribucionItems.tenantId, r.salesDistribucionItems.distribucionId],
      to: [r.salesDistribuciones.tenantId, r.salesDistribuciones.id],
      optional: false,
    }),
    product: r.one.salesProducts({
      from: [r.salesDistribucionItems.tenantId, r.salesDistribucionItems.productId],
      to: [r.salesProducts.tenantId, r.salesProducts.id],
      optional: false,
    }),
  },
  salesDistribucionMoney: {
    distribucion: r.one.salesDistribuciones({
      from: [r.salesDistribucionMoney.tenantId, r.salesDistribucionMoney.distribucionId],
      to: [r.salesDistribuciones.tenantId, r.salesDistribuciones.id],
      optional: false,
    }),
  },
  salesInventory: {
    product: r.one.salesProducts({
      from: [r.salesInventory.tenantId, r.salesInventory.productId],
      to: [r.salesProducts.tenantId, r.salesProducts.id],
      optional: false,
    }),
  },
  salesOrders: {
    client: r.one.salesCustomers({
      from: [r.salesOrders.tenantId, r.salesOrders.clientId],
      to: [r.salesCustomers.tenantId, r.salesCustomers.id],
      optional: false,
    }),
    seller: r.one.salesBusinessUsers({
      from: [r.salesOrders.tenantId, r.salesOrders.sellerId],
      to: [r.salesBusinessUsers.tenantId, r.salesBusinessUsers.id],
      optional: false,
    }),
    items: r.many.salesOrderItems({
      from: [r.salesOrders.tenantId, r.salesOrders.id],
      to: [r.salesOrderItems.tenantId, r.salesOrderItems.orderId],
    }),
    sales: r.many.salesSales({
      from: [r.salesOrders.tenantId, r.salesOrders.id],
      to: [r.salesSales.tenantId, r.salesSales.orderId],
    }),
  },
  salesOrderItems: {
    order: r.one.salesOrders({
      from: [r.salesOrderItems.tenantId, r.salesOrderItems.orderId],
      to: [r.salesOrders.tenantId, r.salesOrders.id],
      optional: false,
    }),
    product: r.one.salesProducts({
      from: [r.salesOrderItems.tenantId, r.salesOrderItems.productId],
      to: [r.salesProducts.tenantId, r.salesProducts.id],
      optional: false,
    }),
  },
  salesProducts: {
    business: r.one.salesBusinesses({
      from: [r.salesProducts.tenantId, r.salesProducts.businessId],
      to: [r.salesBusinesses.tenantId, r.salesBusinesses.id],
      optional: false,
    }),
    inventory: r.one.salesInventory({
      from: [r.salesProducts.tenantId, r.salesProducts.id],
      to: [r.salesInventory.tenantId, r.salesInventory.productId],
      optional: false,
    }),
    movements: r.many.salesStockMovements({
      from: [r.salesProducts.tenantId, r.salesProducts.id],
      to: [r.salesStockMovements.tenantId, r.salesStockMovements.productId],
    }),
    saleItems: r.many.salesSaleItems({
      from: [r.salesProducts.tenantId, r.salesProducts.id],
      to: [r.salesSaleItems.tenantId, r.salesSaleItems.productId],
    }),
  },
  salesRefunds: {
    sale: r.one.salesSales({
      from: [r.salesRefunds.tenantId, r.salesRefunds.saleId],
      to: [r.salesSales.tenantId, r.salesSales.id],
    }),
    abono: r.one.salesAbonos({
      from: [r.salesRefunds.tenantId, r.salesRefunds.abonoId],
      to: [r.salesAbonos.tenantId, r.salesAbonos.id],
    }),
  },
  salesSales: {
    business: r.one.salesBusinesses({
      from: [r.salesSales.tenantId, r.salesSales.businessId],
      to: [r.salesBusinesses.tenantId, r.salesBusinesses.id],
      optional: false,
    }),
    client: r.one.salesCustomers({
      from: [r.salesSales.tenantId, r.salesSales.clientId],
      to: [r.salesCustomers.tenantId, r.salesCustomers.id],
    }),
    seller: r.one.salesBusinessUsers({
      from: [r.salesSales.tenantId, r.salesSales.sellerId],
      to: [r.salesBusinessUsers.tenantId, r.salesBusinessUsers.id],
      optional: false,
    }),
    distribucion: r.one.salesDistribuciones({
      from: [r.salesSales.tenantId, r.salesSales.distribucionId],
      to: [r.salesDistribuciones.tenantId, r.salesDistribuciones.id],
    }),
    order: r.one.salesOrders({
      from: [r.salesSales.tenantId, r.salesSales.orderId],
      to: [r.salesOrders.tenantId, r.salesOrders.id],
    }),
    items: r.many.salesSaleItems({
      from: [r.salesSales.tenantId, r.salesSales.id],
      to: [r.salesSaleItems.tenantId, r.salesSaleItems.saleId],
    }),
    allocations: r.many.salesAbonoAllocations({
      from: [r.salesSales.tenantId, r.salesSales.id],
      to: [r.salesAbonoAllocations.tenantId, r.salesAbonoAllocations.saleId],
    }),
  },
  salesSaleItems: {
    sale: r.one.salesSales({
      from: [r.salesSaleItems.tenantId, r.salesSaleItems.saleId],
      to: [r.salesSales.tenantId, r.salesSales.id],
      optional: false,
    }),
    product: r.one.salesProducts({
      from: [r.salesSaleItems.tenantId, r.salesSaleItems.productId],
      to: [r.salesProducts.tenantId, r.salesProducts.id],
      optional: false,
    }),
  },
  salesStockMovements: {
    product: r.one.salesProducts({
      from: [r.salesStockMovements.tenantId, r.salesStockMovements.productId],
      to: [r.salesProducts.tenantId, r.salesProducts.id],
      optional: false,
    }),
  },
}));
