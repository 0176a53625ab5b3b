import { createHash, randomBytes } from 'node:crypto'
import pg from 'pg'
import { fromHex } from '../../server/db/bytes.ts'
import { organisation } from '../sample/town.ts'
import { addressOf, faceCents, noteAt, notesAYouth } from './holders.ts'

/** So many youths in one SQL transaction. */
const atOnce = 500
/** Addresses for change. */
const spares = notesAYouth

const { id: town } = organisation

/**
 * Gives each youth a phone, a voucher and its notes, in the tables themselves: what enrolling, deciding and granting would
 * have written, a few hundred youths at a time. Reconcile finds nothing wrong with it, or the run ends there.
 */
export async function fillPockets(url: string, seed: string, notes: number, programmes: readonly number[]) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const youths = Math.ceil(notes / notesAYouth)
    for (let first = 0; first < youths; first += atOnce) {
      const some = Array.from({ length: Math.min(atOnce, youths - first) }, (_, place) => first + place)
      await client.query('begin')
      await fill(client, seed, notes, some, programmes)
      await client.query('commit')
    }
  } finally {
    await client.end()
  }
}

/** Youths take turns, so that those who pay one after the other are others. */
const placesOf = (youth: number, youths: number, notes: number) =>
  Array.from({ length: notesAYouth }, (_, turn) => youth + turn * youths).filter((place) => place < notes)

export const youthOf = (place: number, notes: number) => place % Math.ceil(notes / notesAYouth)
export const programmeOf = (place: number, notes: number, programmes: readonly number[]) =>
  programmes[youthOf(place, notes) % programmes.length] ?? 0

async function fill(
  client: pg.Client,
  seed: string,
  notes: number,
  youths: readonly number[],
  programmes: readonly number[],
): Promise<void> {
  const all = Math.ceil(notes / notesAYouth)
  const id = (what: string, youth: number) => uuidOf(`${seed} ${what} ${youth}`)
  const held = youths.flatMap((youth) =>
    placesOf(youth, all, notes).map((place) => {
      const { noteId, privateKey } = noteAt(seed, place)
      return { youth, place, noteId: fromHex(noteId), holder: fromHex(addressOf(privateKey)) }
    }),
  )
  const ofYouth = (what: string) => youths.map((youth) => id(what, youth))
  const ofNote = (what: string) => held.map(({ youth }) => id(what, youth))
  const programmeIds = youths.map((youth) => programmes[youth % programmes.length])
  const cents = youths.map((youth) => faceCents * BigInt(placesOf(youth, all, notes).length))

  await client.query(`insert into mailboxes select id, '${town}' from unnest($1::uuid[]) as id`, [ofYouth('mailbox')])
  await client.query(
    `insert into wallets select w, m, '${town}', a, 'active' from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as t(w, m, a)`,
    [ofYouth('wallet'), ofYouth('mailbox'), youths.map(() => randomBytes(20))],
  )
  await client.query(
    `insert into vouchers (id, mailbox_id, programme_id, decision_proof, valid_until, granted_cents, left_cents)
    select v, m, p, sha256(m::text::bytea), now() + interval '20 days', c, c
    from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::bigint[]) as t(v, m, p, c)`,
    [ofYouth('voucher'), ofYouth('mailbox'), programmeIds, cents],
  )
  await client.query(
    `insert into address_stock (address, wallet_id, position, note_id)
    select a, w, p, n from unnest($1::bytea[], $2::uuid[], $3::integer[], $4::bytea[]) as t(a, w, p, n)`,
    [
      held.map(({ holder }) => holder),
      ofNote('wallet'),
      held.map(({ place }) => Math.floor(place / all)),
      held.map(({ noteId }) => noteId),
    ],
  )
  const spare = youths.flatMap((youth) => Array.from({ length: spares }, (_, number) => ({ youth, number })))
  await client.query(
    `insert into address_stock (address, wallet_id, position)
    select a, w, p from unnest($1::bytea[], $2::uuid[], $3::integer[]) as t(a, w, p)`,
    [
      spare.map(() => randomBytes(20)),
      spare.map(({ youth }) => id('wallet', youth)),
      spare.map(({ number }) => notesAYouth + number),
    ],
  )
  await client.query(
    `insert into notes (id, voucher_id, holder, face_cents, cap_cents, state, origin, is_new_value, created_at)
    select n, v, h, ${faceCents}, ${faceCents}, 'open', 'grant', true, date_trunc('day', now())
    from unnest($1::bytea[], $2::uuid[], $3::bytea[]) as t(n, v, h)`,
    [held.map(({ noteId }) => noteId), ofNote('voucher'), held.map(({ holder }) => holder)],
  )
  await client.query(
    `insert into entries (voucher_id, programme_id, note_id, kind, from_account, to_account, cents, act_id, at)
    select v, p, null, 'grant', 'budget', 'left', c, gen_random_uuid(), date_trunc('day', now())
      from unnest($1::uuid[], $2::integer[], $3::bigint[]) as t(v, p, c)
    union all
    select n.voucher_id, v.programme_id, n.id, 'issue', 'left', 'left', n.face_cents, gen_random_uuid(),
        date_trunc('day', now())
      from notes n join vouchers v on v.id = n.voucher_id where v.id = any ($1)`,
    [ofYouth('voucher'), programmeIds, cents],
  )
  await client.query(
    `update programmes o set granted_cents = granted_cents + c.cents, left_cents = left_cents + c.cents
    from (select p, sum(c)::bigint as cents from unnest($1::integer[], $2::bigint[]) as t(p, c) group by p) c
    where o.id = c.p`,
    [programmeIds, cents],
  )
}

function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
