import { describe, expect, it } from "vitest";
import { ValidationError } from "../core/errors";
import { newId } from "../core/ids";
import { sameScope } from "./request";
import { tenantSettings } from "./scope";

const [tenantId, owner, other] = [newId(), newId(), newId()] as const;

describe("the scope of a business", () => {
  it("sets what a company's scope sets: one setting, under two names", () => {
    expect(tenantSettings({ tenantId, businessId: owner })).toEqual(tenantSettings({ tenantId, companyId: owner }));
    expect(tenantSettings({ tenantId, businessId: owner }).companyId).toBe(owner);
  });

  it("names a company or a business, not both, also where they are the same", () => {
    for (const companyId of [owner, other]) {
      const both = () => tenantSettings({ tenantId, companyId, businessId: owner });
      expect(both).toThrow(ValidationError);
      expect(both).toThrow("A scope names a company or a business, not both");
    }
  });

  it("refuses what is no id, by the field's name", () => {
    expect(() => tenantSettings({ tenantId, businessId: "ours" })).toThrow("businessId is not a UUID");
    expect(() => tenantSettings({ tenantId, businessId: "" })).toThrow("businessId is not a UUID");
  });

  it("is the same as another of that business, and as no other", () => {
    expect(sameScope({ tenantId, businessId: owner }, { tenantId, businessId: owner.toUpperCase() })).toBe(true);
    expect(sameScope({ tenantId, businessId: owner }, { tenantId, companyId: owner })).toBe(true);
    expect(sameScope({ tenantId, businessId: owner }, { tenantId, businessId: other })).toBe(false);
    expect(sameScope({ tenantId, businessId: owner }, { tenantId })).toBe(false);
  });
});
