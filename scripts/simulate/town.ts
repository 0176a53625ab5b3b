import { randomUUID } from 'node:crypto'
import type { PGlite } from '@electric-sql/pglite'
import type { StaffWho } from '../../server/http/who.ts'
import { approveMerchant, proposeMerchant } from '../../server/network/merchants.ts'
import { fundProgramme, openProgramme } from '../../server/network/network.ts'
import { addStaff, addTill, type Shop, type Town } from '../../test/support/money.ts'
import { addYouth, type Youth } from '../../test/support/youth.ts'
import type { Ground, Server } from './server.ts'

/** Who lives and works where every history begins. */
export interface Townspeople {
  town: Town
  officer: StaffWho
  finance: [StaffWho, StaffWho]
  programmes: Programme[]
  shops: Shop[]
  youths: Youth[]
}

export interface Programme {
  id: number
  kind: 'value' | 'service'
  /** Cents of the largest grant. */
  mostCents: number
}

const words = (text: string) => ({ fi: text, sv: text, en: text })
const iban = 'FI2112345600000785'
/** Addresses that each phone has left: some run out of them. */
const stocks = [110, 110, 45]

/** A value programme, a service, and one whose undo lasts until the night and whose guarantee is small. */
const programmes = [
  { id: 1, kind: 'value', undoSeconds: 600, guaranteeCents: 100_000n, mostCents: 4000 },
  { id: 2, kind: 'service', undoSeconds: 300, guaranteeCents: 50_000n, mostCents: 1200 },
  { id: 3, kind: 'value', undoSeconds: null, guaranteeCents: 2500n, mostCents: 3000 },
] as const

/** Opens the town through a server that nothing happens to; all of it is final when this resolves. */
export async function settle({ world }: Ground, server: Server): Promise<Townspeople> {
  const { deps } = server
  if (deps === null) throw new Error('The server was not started')
  const names = { name: JSON.stringify(words('Town')), municipality: '091', phone: '+358 9 1' }
  await deps.db
    .insertInto('organisations')
    .values({ id: 'town', kind: 'municipality', ...names })
    .execute()
  const clock = {
    get now() {
      return new Date()
    },
    advance() {},
  }
  const town = { deps, clock, isPostgres: false, close: async () => {} } as Town
  const officer = await addStaff(town, ['officer'])
  const finance: [StaffWho, StaffWho] = [await addStaff(town, ['finance']), await addStaff(town, ['finance'])]
  for (const { id, kind, undoSeconds, guaranteeCents, mostCents } of programmes) {
    await openProgramme(deps, officer, {
      ...{ id, name: words('Autumn'), label: words('Food'), kind, undoSeconds, mode: 'full', isUniversal: false },
      ...{ purposes: ['food'], ruleSet: null, templates: [], dailyLimitCents: 10_000_000n },
      mostPerGrantCents: BigInt(mostCents),
    })
    const funding = { id: randomUUID(), bankReference: `bank entry ${id}`, budgetCents: 1_000_000n }
    await fundProgramme(deps, finance[0], id, { ...funding, floatCents: 300_000n, guaranteeCents })
  }
  for (const id of [1, 2, 3]) {
    await proposeMerchant(deps, officer, {
      ...{ id, name: `Shop ${id}`, businessId: '0737546-2', iban, purposes: ['food'], municipality: '091' },
      ...{ street: 'Street 1', postalCode: '00100', latitude: null, longitude: null },
    })
    await approveMerchant(deps, finance[0], id, iban)
  }
  const unfinished = () => deps.db.selectFrom('outbox').select('id').where('state', '<>', 'final').execute()
  do {
    await deps.chain.advance()
    await world.clock.wait(1000)
  } while ((await unfinished()).length > 0)
  await deps.chain.advance()

  const shops = [
    await addTill(town, 1),
    await addTill(town, 1),
    await addTill(town, 2, true),
    await addTill(town, 3, true),
  ]
  const youths: Youth[] = []
  for (const stock of stocks) youths.push(await addYouth(town, stock))
  return { town, officer, finance, programmes: programmes.map((one) => ({ ...one })), shops, youths }
}

/** Keeps every row as it is now beside the tables; answers what brings all of it back. */
export async function keepRows(lite: PGlite): Promise<() => Promise<void>> {
  const { rows } = await lite.query<{ name: string }>(`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`)
  const tables = rows.map(({ name }) => name)
  await lite.exec(
    `create schema base; ${tables.map((name) => `create table base.${name} as table public.${name};`).join('')}`,
  )
  const filled: string[] = []
  for (const name of tables) {
    const { rows } = await lite.query(`select 1 from base.${name} limit 1`)
    if (rows.length > 0) filled.push(name)
  }
  const { rows: sequences } = await lite.query<{ name: string; last: string | null }>(`
    select format('%I.%I', schemaname, sequencename) as name, last_value::text as last
    from pg_sequences where schemaname = 'public' order by 1`)
  const back = `
    set session_replication_role = replica;
    begin;
    truncate ${tables.map((name) => `public.${name}`).join(', ')} restart identity;
    ${filled.map((name) => `insert into public.${name} overriding system value table base.${name};`).join('\n')}
    ${sequences.map(({ name, last }) => (last === null ? '' : `select setval('${name}', ${last});`)).join('\n')}
    commit;
    set session_replication_role = origin;`
  return async () => {
    await lite.exec(back)
  }
}
