import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pause } from '../../walkthrough/parallel.ts'
import type { ServerProcess } from '../servers.ts'
import { type Fault, isOutside } from './fault.ts'

const root = resolve(import.meta.dirname, '../../..')
/** Later than any file of ours will be. */
let number = 9000

/** Two tables that every payment writes to. */
const expand = `
alter table acceptances add column chaos_expanded text;
create index chaos_expanded on acceptances (chaos_expanded);
alter table payments add column chaos_expanded text default 'new';
alter table payments add constraint chaos_expanded check (length(chaos_expanded) < 100) not valid;
`
const contract = `
alter table payments drop column chaos_expanded;
alter table acceptances drop column chaos_expanded;
`

/** Two new versions come one server at a time, under load: the first adds what the second takes away. Then back to the old. */
export const migrationUnderLoad: Fault = {
  name: 'migrationUnderLoad',
  lane: 'machines',
  may: isOutside,
  seconds: 30,
  async inject({ apis, workers, folder }) {
    const servers = [...apis, ...workers]
    for (const content of [expand, contract]) {
      const version = versionWith(folder, content)
      for (const server of servers) await roll(server, version)
    }
    for (const server of servers) await roll(server, root)
  },
}

/** Told to end, so that it answers what it was asked; started again with the other code. */
async function roll(server: ServerProcess, version: string): Promise<void> {
  await server.stop()
  server.root = version
  await server.start()
  await pause(200)
}

/** Our code with one more migration. */
function versionWith(folder: string, content: string): string {
  const version = join(folder, `version-${++number}`)
  mkdirSync(join(version, 'contracts'), { recursive: true })
  for (const part of ['server', 'protocol', 'contracts/deployable', 'package.json']) {
    cpSync(join(root, part), join(version, part), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(version, 'node_modules'))
  writeFileSync(join(version, 'server/db/migrations', `${number}_chaos.sql`), content)
  return version
}
