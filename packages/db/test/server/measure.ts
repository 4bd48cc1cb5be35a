import { startThrowawayServer } from "../../src/testing/server/throwaway";
import { createTemplate } from "../../src/testing/server/template";
import { withAdminClient } from "../../src/testing/server/admin-client";
const t0=performance.now();
const s = await startThrowawayServer(); console.log("throwaway", Math.round(performance.now()-t0), s.timings, s.serverVersion);
const tpl = await createTemplate({adminUrl:s.adminUrl, prepare: (u)=>withAdminClient(u, async c=>{ 
 for(let i=0;i<80;i++) await c.query(`create table t${i}(tenant_id uuid not null,id uuid default gen_random_uuid(),a text,b numeric,primary key(tenant_id,id)); create index on t${i}(tenant_id,a); create index on t${i}(tenant_id,b)`);
 await c.query(`insert into t0 select gen_random_uuid(),gen_random_uuid(),'x'||g,g from generate_series(1,20000) g`);
 await c.query(`do $$ begin execute format('revoke all on database %I from public; alter database %I set work_mem=''8MB''; alter database %I set search_path = t, "B c"', current_database(), current_database(), current_database()); end $$`);
 console.log((await c.query("select pg_size_pretty(pg_database_size(current_database()))")).rows);
})});
for (const strategy of ["wal_log","file_copy"]) await withAdminClient(s.adminUrl, async c=>{
  const ts:number[]=[];
  for(let i=0;i<12;i++){ const t=performance.now(); await c.query(`create database x_${strategy}_${i} template ${tpl.name} strategy=${strategy}`); ts.push(performance.now()-t);}
  console.log(strategy, ts.map(x=>Math.round(x)).join(" "));
  const dt:number[]=[];
  for(let i=0;i<12;i++){ const t=performance.now(); await c.query(`drop database x_${strategy}_${i}`); dt.push(performance.now()-t);}
  console.log(" drop", dt.map(x=>Math.round(x)).join(" "));
});
for (const strategy of ["wal_log","file_copy"]) { const t=performance.now();
 await Promise.all([0,1,2,3].map(k=>withAdminClient(s.adminUrl, async c=>{ for(let i=0;i<6;i++) await c.query(`create database y_${strategy}_${k}_${i} template ${tpl.name} strategy=${strategy}`)})));
 console.log(strategy,"4x6 concurrent, ms per clone", Math.round((performance.now()-t)/24)); }
const ts:number[]=[]; let last; for(let i=0;i<8;i++){ const t=performance.now(); last=await tpl.clone(); ts.push(Math.round(performance.now()-t)); }
console.log("clone()", ts.join(" "), last?.name);
await withAdminClient(last!.url(), async c=>console.log((await c.query("select current_setting('work_mem') w, current_setting('search_path') s, datacl::text from pg_database where datname=current_database()")).rows));
await tpl.drop();
await withAdminClient(s.adminUrl, async c=>console.log((await c.query("select count(*) from pg_database where datname like 'org%'")).rows));
const t=performance.now(); await s.stop(); await s.stop(); console.log("stop", Math.round(performance.now()-t));
