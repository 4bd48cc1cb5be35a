import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "./generated/client";

/** The work of the races in the way Prisma's documentation shows it. */
export function openPrisma(options: { connectionString: string; max: number; idleTimeoutMillis: number }) {
  const prisma = new PrismaClient({ adapter: new PrismaPg(options) });
  return {
    point: (tenantId: string, id: string) => prisma.customer.findUnique({ where: { tenantId_id: { tenantId, id } } }),

    list: (tenantId: string, take: number) =>
      prisma.customer.findMany({
        where: { tenantId, isActive: true },
        orderBy: [{ name: "asc" }, { id: "asc" }],
        take,
      }),

    document: (tenantId: string, id: string) =>
      prisma.invoice.findUnique({
        where: { tenantId_id: { tenantId, id } },
        include: { customer: true, lines: { orderBy: { lineNumber: "asc" } } },
      }),

    create: ({ lines, ...invoice }: NewInvoice) =>
      prisma.invoice.create({
        data: {
          ...invoice,
          invoiceDate: new Date(invoice.invoiceDate),
          dueDate: new Date(invoice.dueDate),
          lines: { create: lines.map((line, index) => ({ ...line, lineNumber: index + 1 })) },
        },
      }),

    importCustomers: async (customers: NewCustomer[]) => (await prisma.customer.createMany({ data: customers })).count,

    close: () => prisma.$disconnect(),
  };
}

interface NewInvoice {
  tenantId: string;
  companyId: string;
  customerId: string;
  invoiceDate: string;
  dueDate: string;
  totalAmount: string;
  lines: { description: string; quantity: string; unitPrice: string }[];
}

interface NewCustomer {
  tenantId: string;
  companyId: string;
  externalId: string;
  name: string;
  email: string;
  city: string;
  country: string;
}
