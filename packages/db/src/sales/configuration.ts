import { eq, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { found } from "../core/found";
import type { Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { systemConfig } from "./schema";
import { businessOf } from "./scope";
import { sqlStatement, statement } from "./statements";
import { businessFilterSchema, configChangesSchema } from "./validation/businesses";

export type SystemConfig = typeof systemConfig.$inferSelect;
export type ConfigChanges = z.input<typeof configChangesSchema>;

const modes = ["modoOperacion", "controlKilos", "usarDistribucion", "permitirVentaSinStock"] as const;
type Mode = (typeof modes)[number];

/** How a business works, and where each value comes from: its own row, or the tenant's `system_config`. */
export type EffectiveConfig = {
  [K in Mode]: { value: SystemConfig[K]; from: "business" | "system_config" };
};

const effective = sqlStatement(
  "sales.config.effective",
  (q) =>
    q
      .select({
        modoOperacion: systemConfig.modoOperacion,
        controlKilos: systemConfig.controlKilos,
        usarDistribucion: systemConfig.usarDistribucion,
        permitirVentaSinStock: systemConfig.permitirVentaSinStock,
        own: sql<boolean[]>`null`,
      })
      .from(systemConfig),
  (p: Params<{ businessId: string }>) => sql`
    select c.modo_operacion, c.control_kilos, c.usar_distribucion, c.permitir_venta_sin_stock,
      to_jsonb(array[b.modo_operacion is not null, b.control_kilos is not null, b.usar_distribucion is not null,
        b.permitir_venta_sin_stock is not null])
    from sales.businesses b cross join lateral sales.config_of(b.id) c
    where b.tenant_id = ${p.tenantId}::uuid and b.id = ${p.businessId}::uuid`,
  { reads: true },
);

const find = statement("sales.config.find", (q, p: Params<object>) =>
  q.select().from(systemConfig).where(eq(systemConfig.tenantId, p.tenantId)),
);

/** See `Sales.effectiveConfig`. */
export async function effectiveConfigOf(
  unit: Unit,
  filter: z.input<typeof businessFilterSchema> = {},
): Promise<EffectiveConfig> {
  const businessId = businessOf(unit, parseInput(businessFilterSchema, filter, "filter"));
  const { own, ...values } = found((await unit.run(effective, { businessId }))[0], "business");
  const withSource = (mode: Mode, index: number) => [
    mode,
    { value: values[mode], from: own[index] ? "business" : "system_config" },
  ];
  return Object.fromEntries(modes.map(withSource)) as EffectiveConfig;
}

/** The tenant's `system_config`: how the businesses work that say nothing else. The tenant's first business makes it. */
export class SystemConfigRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** The configuration. Throws `NotFoundError` in a tenant without a business. */
  async get(): Promise<SystemConfig> {
    return found((await this.#unit.run(find, {}))[0], "configuration: create a business first");
  }

  /**
   * Changes the given modes, for all businesses that do not say otherwise. For an admin of the tenant, in a scope that names
   * no business. Throws `ValidationError`, `PermissionDeniedError`; `NotFoundError` in a tenant without a business.
   */
  async update(input: ConfigChanges): Promise<SystemConfig> {
    const [updated] = await this.#unit.drizzle
      .update(systemConfig)
      .set(parseInput(configChangesSchema, input, "change"))
      .where(eq(systemConfig.tenantId, this.#unit.scope.tenantId))
      .returning();
    return found(updated, "configuration: create a business first");
  }
}
