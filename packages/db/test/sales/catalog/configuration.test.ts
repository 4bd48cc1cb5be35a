import { describe, expect } from "vitest";
import { NotFoundError, PermissionDeniedError, ValidationError } from "../../../src/index";
import { createTenant } from "../../../src/testing";
import { rejection } from "../../kit/outcomes";
import { ownerRows } from "../../kit/sql";
import { freshStall as it, outcomesAs } from "./kit";

describe("the configuration of a business", () => {
  it("is the tenant's, value by value, where the business says nothing", async ({ test, stall }) => {
    const { sales } = stall.vendor.handle;
    const from = "system_config";
    expect(await sales.effectiveConfig()).toEqual({
      modoOperacion: { value: "inventario_propio", from },
      controlKilos: { value: false, from },
      usarDistribucion: { value: false, from },
      permitirVentaSinStock: { value: false, from },
    });
    const job = test.db.forTenant({ tenantId: stall.tenant.tenant.id });
    const changed = await job.sales.systemConfig.update({ modoOperacion: "mixto", controlKilos: true });
    expect(await job.sales.systemConfig.get()).toEqual(changed);
    await stall.admin.handle.sales.businesses.update(stall.businessId, {
      controlKilos: false,
      permitirVentaSinStock: true,
    });
    expect(await sales.effectiveConfig()).toEqual({
      modoOperacion: { value: "mixto", from },
      controlKilos: { value: false, from: "business" },
      usarDistribucion: { value: false, from },
      permitirVentaSinStock: { value: true, from: "business" },
    });
    const [sql] = await ownerRows(
      test,
      `select c.* from set_config('app.current_tenant_id', $1, true) s, lateral (select s.s) x, sales.config_of($2) c`,
      [stall.tenant.tenant.id, stall.businessId],
    );
    expect(sql, "what the functions of the database read").toEqual({
      modo_operacion: "mixto",
      control_kilos: false,
      usar_distribucion: false,
      permitir_venta_sin_stock: true,
    });
    await stall.admin.handle.sales.businesses.update(stall.businessId, { controlKilos: null });
    expect((await sales.effectiveConfig()).controlKilos).toEqual({ value: true, from });
  });

  it("is asked for a business that is named, of the tenant and the scope", async ({ test, stall, other }) => {
    const job = test.db.forTenant({ tenantId: stall.tenant.tenant.id });
    const { businessId } = stall;
    expect((await job.sales.effectiveConfig({ businessId })).modoOperacion.value).toBe("inventario_propio");
    expect(await rejection(job.sales.effectiveConfig())).toBeInstanceOf(ValidationError);
    expect(await rejection(other.handle.sales.effectiveConfig({ businessId }))).toBeInstanceOf(NotFoundError);
    const { id: second } = await job.sales.businesses.create({ name: "Second" });
    expect(await rejection(stall.handle.sales.effectiveConfig({ businessId: second }))).toBeInstanceOf(NotFoundError);
  });

  it("of the tenant is for its admins, in a scope of the whole tenant", async ({ test, stall }) => {
    const tenantId = stall.tenant.tenant.id;
    const forms = [
      "update sales.system_config set control_kilos = true",
      `merge into sales.system_config c using (values (true)) v (yes) on c.id is not null
       when matched then update set control_kilos = v.yes`,
      `insert into sales.system_config as c (control_kilos) values (true)
       on conflict (tenant_id) do update set control_kilos = excluded.control_kilos`,
    ];
    const { businessId, admin, vendor } = stall;
    for (const as of [
      { userId: vendor.userId },
      { userId: admin.userId },
      { userId: admin.userId, businessId },
      { userId: stall.tenant.admin.id, businessId },
      { businessId },
    ]) {
      expect(await outcomesAs(test, stall, as, forms), JSON.stringify(as)).toEqual(forms.map(() => "ZT006"));
    }
    expect(await outcomesAs(test, stall, { userId: stall.tenant.admin.id }, forms)).toEqual(forms.map(() => "done"));
    expect(
      await rejection(
        test.db.forTenant({ tenantId, userId: admin.userId }).sales.systemConfig.update({ controlKilos: false }),
      ),
    ).toBeInstanceOf(PermissionDeniedError);
    expect(await rejection(stall.handle.sales.systemConfig.update({}))).toBeInstanceOf(ValidationError);
  });

  it("begins with the tenant's first business", async ({ test }) => {
    const empty = await createTenant(test, "Empty");
    await ownerRows(test, "delete from sales.system_config where tenant_id = $1", [empty.tenant.id]);
    expect(await rejection(empty.handle.sales.systemConfig.get())).toBeInstanceOf(NotFoundError);
    await empty.handle.sales.businesses.create({ name: "First" });
    expect((await empty.handle.sales.systemConfig.get()).modoOperacion).toBe("inventario_propio");
  });
});
