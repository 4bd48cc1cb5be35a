/** The sources of a small domain, by path below `src/harbour`: a table, a relation, a repository, a function. */
export const harbour: Record<string, string> = {
  "schema/berths.ts": `
    import { sql } from "drizzle-orm";
    import { check, pgSchema, text, uuid } from "drizzle-orm/pg-core";
    import { timestamps } from "../../core/columns";
    import { tenantTable } from "../../core/tenant-table";
    import { companies } from "../../tenancy/schema";

    export const harbour = pgSchema("harbour").existing();

    export const berths = tenantTable(
      harbour,
      "berths",
      { companyId: uuid("company_id").notNull(), name: text("name").notNull(), ...timestamps() },
      {
        audit: "all",
        references: { companyId: companies },
        extra: (t) => [check("berths_name_check", sql\`\${t.name} like 'Berth %'\`)],
      },
    );`,
  "sql/foundation.sql": `
    -- Before any table of the harbour.
    create schema if not exists harbour;
    grant usage on schema harbour to authenticated, platform;`,
  "sql/count_berths.sql": `-- How many berths the tenant has.
-- @execute authenticated
create function harbour.count_berths() returns bigint language sql stable set search_path = '' as $$
  select count(*) from harbour.berths
$$;`,
  "schema.ts": `export * from "./schema/berths";`,
  "relations.ts": `
    import { defineRelations } from "drizzle-orm";
    import { companies } from "../tenancy/schema";
    import { berths } from "./schema";

    export const harbourRelations = defineRelations({ harbourBerths: berths, companies }, (r) => ({
      harbourBerths: {
        company: r.one.companies({
          from: [r.harbourBerths.tenantId, r.harbourBerths.companyId],
          to: [r.companies.tenantId, r.companies.id],
        }),
      },
    }));`,
  "berths.ts": `
    import type { Unit } from "../client/unit";
    import { type Params, statementsWith } from "../core/statement";
    import { harbourRelations } from "./relations";
    import { berths } from "./schema";

    const { statement } = statementsWith(harbourRelations);
    const create = statement("harbour.berths.create", (q, p: Params<{ companyId: string; name: string }>) =>
      q.insert(berths).values({ tenantId: p.tenantId, companyId: p.companyId, name: p.name }).returning(),
    );

    export class BerthRepository {
      constructor(readonly unit: Unit) {}
      async create(berth: { companyId: string; name: string }) {
        const [created] = await this.unit.run(create, berth);
        return created;
      }
    }`,
  "index.ts": `
    import type { Unit } from "../client/unit";
    import { BerthRepository } from "./berths";

    export * from "./schema";

    export class Harbour {
      readonly berths: BerthRepository;
      constructor(unit: Unit) {
        this.berths = new BerthRepository(unit);
      }
    }`,
  "domain.ts": `
    import { type Domain, tablesIn } from "../core/domain";
    import { Harbour } from "./index";
    import { harbourRelations } from "./relations";
    import * as schema from "./schema";

    export const harbourDomain: Domain<Harbour, typeof harbourRelations, object> = {
      schemas: [schema.harbour],
      tables: tablesIn(schema),
      relations: harbourRelations,
      repositories: Harbour,
      testing: {
        prepare: ({ berths }, { companyId }) => berths.create({ companyId, name: "Berth of each test" }),
        samples: { "harbour.berths": { values: { name: "Berth 1" } } },
      },
      factories: {},
    };`,
};
