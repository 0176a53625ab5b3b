import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { clusterMicros, median } from './cpu.ts'

const workers = 200
const casesEach = 500
const readsARound = 400
const rounds = 5

export interface Bench {
  bin: string
  /** A database with a town in it, which may be spoilt. */
  url: string
  folder: string
  postmaster: number
}

/**
 * CPU time of reads in the role of who asks, over that of the same statements by the tables' owner, who is shown everything
 * and has but their own conditions: the worst of a worker's cases (500 of 100,000), a shop's purchases and a phone's notes.
 */
export function rlsReadRatio(bench: Bench): number {
  const ask = (text: string) => psql(bench, ['-Atc', text]).trim()
  ask(manyCases)
  const worker = ask('select worker_id from cases order by worker_id limit 1')
  const mailbox = ask('select mailbox_id from vouchers order by mailbox_id limit 1')
  const merchant = ask('select merchant_id from payments limit 1')
  const reads = [
    ['kipina_desk', worker, `select * from cases where worker_id = '${worker}' and organisation_id = 'town'`],
    [
      'kipina_till',
      merchant,
      `select * from payments where merchant_id = ${merchant} order by receipt_number limit 100`,
    ],
    ['kipina_wallet', mailbox, notesOf(mailbox)],
  ] as const
  return Math.max(
    ...reads.map(([role, actor, read]) => {
      const name = `select set_config('kipina.actor', '${actor}', false), set_config('kipina.organisation', 'town', false);`
      const sides = { owner: '', actor: `${name}\nset role ${role};\n` }
      const ratios = Array.from({ length: rounds + 1 }, (_, round) => {
        const order = round % 2 === 0 ? (['owner', 'actor'] as const) : (['actor', 'owner'] as const)
        const micros = { owner: 0, actor: 0 }
        for (const side of order) micros[side] = microsOf(bench, sides[side] + `${read};\n`.repeat(readsARound))
        return micros.actor / micros.owner
      })
      // Nobody counts the first, in which the pages are read.
      return median(ratios.slice(1))
    }),
  )
}

const manyCases = `
  with hired as (
    insert into staff (id, organisation_id, subject, name, roles)
    select gen_random_uuid(), 'town', 'bench ' || n, 'bench', '{worker}' from generate_series(1, ${workers}) n
    returning id)
  insert into cases (id, organisation_id, worker_id, pseudonym, age_band, municipality, language, sealed, created_at)
  select gen_random_uuid(), 'town', hired.id, 'Bench ' || hired.id || n, '15_17', '240', 'fi', '\\x00', now()
  from hired, generate_series(1, ${casesEach}) n;
  analyze`

/** As the wallet's own page asks. */
const notesOf = (mailbox: string) => `
  select notes.id, notes.voucher_id, notes.holder, notes.face_cents from notes
  join vouchers on vouchers.id = notes.voucher_id
  where vouchers.mailbox_id = '${mailbox}' and notes.state = 'open'
  order by notes.face_cents desc, notes.id`

function microsOf(bench: Bench, script: string): number {
  const file = join(bench.folder, 'reads.sql')
  writeFileSync(file, script)
  const before = clusterMicros(bench.postmaster)
  psql(bench, ['-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-f', file])
  return clusterMicros(bench.postmaster) - before
}

function psql({ bin, url }: Bench, args: string[]): string {
  return execFileSync(join(bin, 'psql'), [...args, url], { encoding: 'utf8' })
}
