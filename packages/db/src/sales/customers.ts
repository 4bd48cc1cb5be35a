import { and, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { found } from "../core/found";
import { chosenOrNewId } from "../core/ids";
import { listOf } from "../core/lists";
import type { Page, PageRequest } from "../core/page";
import { recordsOf } from "../core/records";
import { kept, type RowParams, type RowType, rowsOf } from "../core/rows";
import { columnsOf, type Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { type AccountStatement, type Debt, type Debtor, debtOf, listDebtors, statementOf } from "./debts";
import { customers } from "./schema";
import { businessOf } from "./scope";
import { sqlStatement, statement } from "./statements";
import { businessFilterSchema } from "./validation/businesses";
import {
  accountPeriodSchema,
  creditLimitSchema,
  customerChangesSchema,
  newCustomerSchema,
} from "./validation/customers";
import { keptOfCustomers } from "./validation/kept";

export type { AccountStatement, Debt, DebtMovement, Debtor } from "./debts";
export type Customer = typeof customers.$inferSelect;
export type NewCustomer = z.input<typeof newCustomerSchema>;
export type CustomerChanges = z.input<typeof customerChangesSchema>;
export type BusinessFilter = z.input<typeof businessFilterSchema>;

const records = recordsOf(statement, "sales.customers.find", customers, "customer");

const list = listOf(statement, {
  name: "sales.customers.list",
  table: customers,
  sort: ["name", "id"],
  filter: businessFilterSchema,
  required: ["businessId"],
  where: eq(customers.isActive, true),
});

const newCustomer = rowsOf(customers, {
  id: "given",
  businessId: "given",
  name: "given",
  dni: "given",
  phone: "given",
  address: "given",
  notes: "given",
  creditLimit: "given",
  ...kept(keptOfCustomers),
});

const create = sqlStatement(
  "sales.customers.create",
  (q) => q.select().from(customers),
  (p: Params<RowParams<RowType<typeof newCustomer>>>) => sql`
    insert into sales.customers as c (tenant_id, created_by, ${newCustomer.names()})
    select ${p.tenantId}::uuid, sales.current_member_id(${p.businessId}::uuid), ${newCustomer.values(p)}
    returning ${columnsOf(customers, "c")}`,
);

const setActive = statement("sales.customers.set_active", (q, p: Params<{ id: string; isActive: boolean }>) =>
  q
    .update(customers)
    .set({ isActive: p.isActive as never })
    .where(and(eq(customers.tenantId, p.tenantId), eq(customers.id, p.id)))
    .returning(),
);

const setLimit = statement("sales.customers.set_limit", (q, p: Params<{ id: string; creditLimit: string | null }>) =>
  q
    .update(customers)
    .set({ creditLimit: p.creditLimit as never })
    .where(and(eq(customers.tenantId, p.tenantId), eq(customers.id, p.id)))
    .returning(),
);

/** Customers of a business, and what they owe. */
export class CustomerRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** The customer, or undefined. */
  findById(id: string): Promise<Customer | undefined> {
    return records.find(this.#unit, id);
  }

  /** The customer. Throws `NotFoundError`. */
  getById(id: string): Promise<Customer> {
    return records.get(this.#unit, id);
  }

  /** The business's active customers by name. */
  async list(request: PageRequest & BusinessFilter = {}): Promise<Page<Customer>> {
    return list(this.#unit, { ...request, businessId: businessOf(this.#unit, request) });
  }

  /**
   * Creates a customer, who owes nothing. Throws `ValidationError`; `PermissionDeniedError` for a credit limit that is not
   * set by an admin_negocio; `UniqueViolationError` for an `id` that is taken; `ForeignKeyViolationError` for a business
   * that is not the tenant's.
   */
  async create(input: NewCustomer): Promise<Customer> {
    const customer = parseInput(newCustomerSchema, input, "customer");
    const businessId = businessOf(this.#unit, customer);
    const row = newCustomer.row({ ...customer, businessId }, { id: chosenOrNewId });
    const [created] = await this.#unit.run(create, row);
    return found(created, "customer");
  }

  /** Changes the given fields. Throws `ValidationError`, `NotFoundError`. */
  async update(id: string, input: CustomerChanges): Promise<Customer> {
    const changes = parseInput(customerChangesSchema, input, "change");
    const [updated] = await this.#unit.drizzle
      .update(customers)
      .set(changes)
      .where(and(eq(customers.tenantId, this.#unit.scope.tenantId), eq(customers.id, id)))
      .returning();
    return found(updated, "customer");
  }

  /** Most that the customer may owe, two decimals; null is no limit. For an admin_negocio. Throws `ValidationError`, `NotFoundError`, `PermissionDeniedError`. */
  async setCreditLimit(id: string, limit: string | null): Promise<Customer> {
    const [updated] = await this.#unit.run(setLimit, {
      id,
      creditLimit: parseInput(creditLimitSchema, limit, "credit limit"),
    });
    return found(updated, "customer");
  }

  /** Soft delete: the customer leaves the list and buys no more; debts stay, and can be paid. Throws `NotFoundError`. */
  archive(id: string): Promise<Customer> {
    return this.#setActive(id, false);
  }

  /** Undoes `archive`. Throws `NotFoundError`. */
  restore(id: string): Promise<Customer> {
    return this.#setActive(id, true);
  }

  /** What the customer owes now: Σ (total − paid at once) of credit sales − Σ abonos. Throws `NotFoundError`. */
  debt(id: string): Promise<Debt> {
    return debtOf(this.#unit, id);
  }

  /**
   * The statement of account between two days, both included: the debt before, each sale, abono and void by day with the
   * debt after it, the debt at the end. Throws `ValidationError`, `NotFoundError`.
   */
  async statement(id: string, period: z.input<typeof accountPeriodSchema> = {}): Promise<AccountStatement> {
    return statementOf(this.#unit, id, parseInput(accountPeriodSchema, period, "period"));
  }

  /**
   * Who owes the business, the largest debt first, with what is open on sales by its age in days: up to 30, 60, 90, and
   * older. What is open is more than the debt where a customer has credit that is not allocated.
   */
  async debtors(request: PageRequest & BusinessFilter = {}): Promise<Page<Debtor>> {
    return listDebtors(this.#unit, { ...request, businessId: businessOf(this.#unit, request) });
  }

  async #setActive(id: string, isActive: boolean): Promise<Customer> {
    const [updated] = await this.#unit.run(setActive, { id, isActive });
    return found(updated, "customer");
  }
}
