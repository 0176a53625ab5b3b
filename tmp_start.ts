import { mkdtempSync, chmodSync, readFileSync } from 'node:fs'
import { openOnPostgres } from './scripts/chaos/system.ts'
import { spawnSync } from 'node:child_process'
const folder = mkdtempSync('/tmp/chx/start-'); chmodSync(folder, 0o711)
const system = await openOnPostgres(folder)
for (const s of [...system.apis.slice(1), ...system.workers]) await s.stop('SIGKILL')
const api: any = system.apis[0]!
for (let i=0;i<6;i++){
  const t=Date.now(); api.kill(); 
  await new Promise(r=>setTimeout(r,5))
  while(!(await fetch(`http://127.0.0.1:${api.port}/health/live`).then(a=>a.ok,()=>false))) await new Promise(r=>setTimeout(r,5))
  {const pid=spawnSync('ss',['-ltnp']).stdout.toString().split('\n').find((l:string)=>l.includes(':'+api.port+' '))?.match(/pid=(\d+)/)?.[1]; const st=readFileSync(`/proc/${pid}/stat`,'utf8').split(' '); console.log('live after kill', Date.now()-t, 'cpu', (Number(st[13])+Number(st[14]))*10)}
  await new Promise(r=>setTimeout(r,2500))
}
if (process.env.PROF){ api.flags=['--cpu-prof','--cpu-prof-dir=/tmp/chx/prof']; api.kill(); await new Promise(r=>setTimeout(r,5000)); await api.stop('SIGTERM') }
await system.close(); process.exit()
