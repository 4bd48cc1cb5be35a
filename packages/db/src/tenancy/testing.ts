import type { DomainTesting } from "../core/domain";
import type { Tenancy } from "./index";

const people = [
  { email: "user@demo.example", name: "Demo User", role: "user" },
  { email: "market-maker@demo.example", name: "Demo Market Maker", role: "market_maker" },
] as const;

export const tenancyTesting: DomainTesting<Tenancy> = {
  async seed({ members }) {
    for (const person of people) await members.ensureMember(person);
  },

  samples: {
    "tenancy.audit_log": { together: [["company_id"]] },
    "tenancy.idempotency_keys": { together: [["company_id"]] },
    "tenancy.audit_seals": { values: { from_transaction: "1", to_transaction: "2" } },
    "tenancy.number_series": { together: [["company_id"], ["business_id"]] },
  },
};
