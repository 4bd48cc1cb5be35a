import { startThrowawayServer } from "../../src/testing/server/throwaway";
import { createTemplate } from "../../src/testing/server/template";
import { withAdminClient } from "../../src/testing/server/admin-client";
const s = await startThrowawayServer(process.env.DURABLE ? {settings:{fsync:"on",synchronous_commit:"on",full_page_writes:"on"}}:{});
const tpl = await createTemplate({adminUrl:s.adminUrl, prepare: (u)=>withAdminClient(u, async c=>{ 
 for(let i=0;i<80;i++) await c.query(`create table t${i}(tenant_id uuid not null,id uuid default gen_random_uuid(),a text,b numeric,primary key(tenant_id,id)); create index on t${i}(tenant_id,a); create index on t${i}(tenant_id,b)`);
})});
for (const load of [0,2]) {
 let stop=false; const clones=[]; for(let i=0;i<load;i++) clones.push(await tpl.clone());
 const writers = clones.map(k=>withAdminClient(k.url(), async c=>{ let n=0; while(!stop){ await c.query(`insert into t1 select gen_random_uuid(),gen_random_uuid(),'x',1 from generate_series(1,100)`); n++; } return n; }));
 const r:Record<string,number[]>={wal_log:[],file_copy:[]}, d:Record<string,number[]>={wal_log:[],file_copy:[]};
 for(let i=0;i<15;i++) for (const strategy of ["wal_log","file_copy"]) await withAdminClient(s.adminUrl, async c=>{
  let t=performance.now(); await c.query(`create database z template ${tpl.name} strategy=${strategy}`); r[strategy]!.push(performance.now()-t);
  t=performance.now(); await c.query(`drop database z`); d[strategy]!.push(performance.now()-t); });
 for (const k of Object.keys(r)) { const q=(a:number[])=>{const x=[...a].sort((p,q)=>p-q); return `median ${Math.round(x[7]!)} max ${Math.round(x[14]!)}`}; console.log(s.serverVersion, process.env.DURABLE?"durable":"careless", "writers",load,k,"create",q(r[k]!),"drop",q(d[k]!)); }
 stop=true; console.log("writer batches", await Promise.all(writers));
}
await tpl.drop(); await s.stop();
