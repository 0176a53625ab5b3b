import type { Selectable } from 'kysely'
import type { z } from 'zod'
import type * as api from '../../protocol/api/network.ts'
import { maskOf, purposesOf } from '../../protocol/purposes.ts'
import { enqueue } from '../chain/outbox.ts'
import type { Db } from '../db/database.ts'
import type { Merchants } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { codeHash, newCode } from '../http/codes.ts'
import { Refused } from '../http/refused.ts'
import type { StaffWho } from '../http/who.ts'
import { logAccess } from '../people/people.ts'
import { bankReferenceOf, readBusinessId, readIban } from './accounts.ts'
import {
  activeTills,
  insertMerchant,
  insertTillCode,
  markApproved,
  markSuspended,
  merchantsOf,
  owedByMerchant,
  takeMerchant,
} from './network.store.ts'

type Merchant = z.output<typeof api.merchant>
type NewMerchant = z.output<typeof api.proposeMerchant.body>

const day = 86_400_000

/** Refuses `already_exists`, and `bad_request` for an account or business id whose check digits are wrong. */
export function proposeMerchant(deps: Deps, who: StaffWho, asked: NewMerchant): Promise<Merchant> {
  const iban = readIban(asked.iban)
  const businessId = readBusinessId(asked.businessId)
  if (iban === null) throw new Refused('bad_request', { fields: { iban: 'check_digits' } })
  if (businessId === null) throw new Refused('bad_request', { fields: { businessId: 'check_digits' } })
  return inTransaction(deps.db, async (tx) => {
    const row = {
      id: asked.id,
      organisation_id: who.organisation,
      name: asked.name,
      business_id: businessId,
      iban,
      bank_reference: bankReferenceOf(asked.id),
      purposes: maskOf(asked.purposes),
      municipality: asked.municipality,
      street: asked.street,
      postal_code: asked.postalCode,
      latitude: asked.latitude,
      longitude: asked.longitude,
      state: 'proposed' as const,
      suspended_because: null,
      proposed_by: who.staffId,
      approved_by: null,
    }
    if (!(await insertMerchant(tx, row))) throw new Refused('already_exists')
    await logAccess(tx, who, 'proposed merchant', String(asked.id))
    return oneMerchant(tx, row)
  })
}

/**
 * The second person's yes. The merchant is approved when its registration is final on chain.
 * Refuses `not_found`, `wrong_state`, `same_person`, and `bad_request` when the account typed again is another.
 */
export function approveMerchant(deps: Deps, who: StaffWho, id: number, typedIban: string): Promise<Merchant> {
  return inTransaction(deps.db, async (tx) => {
    const row = await takeMerchant(tx, id, who.organisation)
    if (row === undefined) throw new Refused('not_found')
    if (row.state !== 'proposed' || row.approved_by !== null) throw new Refused('wrong_state')
    if (row.proposed_by === who.staffId) throw new Refused('same_person')
    if (readIban(typedIban) !== row.iban) throw new Refused('bad_request', { fields: { iban: 'differs' } })

    await markApproved(tx, id, who.staffId)
    await enqueue(tx, {
      subject: `register:${id}`,
      kind: 'register',
      lane: 'registrar',
      target: 'merchantRegistry',
      functionName: 'register',
      args: [id, row.purposes],
    })
    await logAccess(tx, who, 'approved merchant', String(id))
    return oneMerchant(tx, row)
  })
}

/** What a till accepted before may be posted for so long: the longest undo window, and an evening for each note. */
const postedWithinMilliseconds = 7 * day

/**
 * Stops new payments at once, here; on chain from a week later, so that what was accepted before is still redeemed.
 * Refuses `not_found` and `wrong_state`.
 */
export function suspendMerchant(deps: Deps, who: StaffWho, id: number, reason: string): Promise<Merchant> {
  return inTransaction(deps.db, async (tx) => {
    const row = await takeMerchant(tx, id, who.organisation)
    if (row === undefined) throw new Refused('not_found')
    if (row.state !== 'approved') throw new Refused('wrong_state')

    await markSuspended(tx, id, reason)
    await enqueue(tx, {
      subject: `suspend:${id}`,
      kind: 'suspend',
      lane: 'registrar',
      target: 'merchantRegistry',
      functionName: 'suspend',
      args: [id, Math.floor((deps.now().getTime() + postedWithinMilliseconds) / 1000)],
    })
    await logAccess(tx, who, 'suspended merchant', String(id))
    return oneMerchant(tx, { ...row, state: 'suspended' })
  })
}

/** A code that makes a device a till, for one day. Refuses `not_found` and `wrong_state`. */
export function issueTillCode(
  deps: Deps,
  who: StaffWho,
  id: number,
  asked: { tillName: string; acceptsAhead: boolean },
): Promise<{ code: string; expiresAt: Date }> {
  return inTransaction(deps.db, async (tx) => {
    const row = await takeMerchant(tx, id, who.organisation)
    if (row === undefined) throw new Refused('not_found')
    if (row.state !== 'approved') throw new Refused('wrong_state')

    const code = newCode()
    const expiresAt = new Date(deps.now().getTime() + day)
    await insertTillCode(tx, {
      code_hash: codeHash(code) as Buffer,
      merchant_id: id,
      till_name: asked.tillName,
      accepts_ahead: asked.acceptsAhead,
      expires_at: expiresAt,
    })
    await logAccess(tx, who, 'issued till code', String(id))
    return { code, expiresAt }
  })
}

export async function listMerchants(deps: Deps, who: StaffWho): Promise<Merchant[]> {
  return shownMerchants(deps.db, who.organisation, await merchantsOf(deps.db, who.organisation))
}

async function oneMerchant(db: Db, row: Selectable<Merchants>): Promise<Merchant> {
  return (await shownMerchants(db, row.organisation_id, [row]))[0] as Merchant
}

async function shownMerchants(db: Db, organisation: string, rows: Selectable<Merchants>[]): Promise<Merchant[]> {
  const owed = await owedByMerchant(db, organisation)
  const tills = await tillsByMerchant(db)
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    businessId: row.business_id,
    iban: row.iban,
    bankReference: row.bank_reference,
    purposes: purposesOf(row.purposes),
    municipality: row.municipality,
    street: row.street,
    postalCode: row.postal_code,
    state: row.state,
    owedCents: owed.get(row.id) ?? 0n,
    tills: tills.get(row.id) ?? [],
  }))
}

type Tills = Merchant['tills']

/** The tills in use, as a wallet and the office see them. */
export async function tillsByMerchant(db: Db): Promise<Map<number, Tills>> {
  const byMerchant = Map.groupBy(await activeTills(db), (till) => till.merchant_id)
  const shown = [...byMerchant].map(
    ([merchant, tills]) =>
      [
        merchant,
        tills.map(({ id, name, accepts_ahead }) => ({ till: id, name, acceptsAhead: accepts_ahead })),
      ] as const,
  )
  return new Map(shown)
}
