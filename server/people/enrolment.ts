import { randomUUID } from 'node:crypto'
import type { Address } from 'viem'
import { fromHex } from '../db/bytes.ts'
import { inTransaction, type Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { logAccess } from '../http/accessLog.ts'
import { codeHash } from '../http/codes.ts'
import { Refused } from '../http/refused.ts'
import { endSessionsOf, type NewSession, startSession } from '../http/sessions.ts'
import {
  approvedMerchant,
  findStaff,
  findTill,
  findWallet,
  insertStock,
  insertTill,
  insertWallet,
  organisationOf,
  replaceActiveWallet,
  takeEnrolmentCode,
  takeTillCode,
} from './people.store.ts'

/** What a later step does for a phone that is new to a mailbox, in the same transaction: re-issue, give waiting notes a holder. */
export type OnNewWallet = (tx: Tx, mailboxId: string, walletId: string) => Promise<void>

export type Started = NewSession & { token: string; expiresAt: Date }

/**
 * Makes a phone the one active wallet of the mailbox its code names. An older phone and its sessions end with it.
 * Refuses `code_not_valid` and `address_already_used`, and then the code can still be used.
 */
export function enrolWallet(
  deps: Deps,
  address: Address,
  { code, stock }: { code: string; stock: readonly Address[] },
  onNewWallet: OnNewWallet,
): Promise<Started> {
  const hash = codeHash(code)
  if (hash === null) throw new Refused('code_not_valid')
  return inTransaction(deps.db, async (tx) => {
    const now = deps.now()
    const mailboxId = await takeEnrolmentCode(tx, hash, now)
    if (mailboxId === null) throw new Refused('code_not_valid')
    const organisation = await organisationOf(tx, mailboxId)

    const oldWallet = await replaceActiveWallet(tx, mailboxId)
    if (oldWallet !== null) await endSessionsOf(tx, now, 'wallet', oldWallet)
    const id = randomUUID()
    const row = {
      id,
      mailbox_id: mailboxId,
      organisation_id: organisation,
      address: fromHex(address),
      state: 'active' as const,
    }
    if (!(await insertWallet(tx, row)) || !(await insertStock(tx, id, stock))) throw new Refused('address_already_used')

    await onNewWallet(tx, mailboxId, id)
    return start(deps, tx, { actor: 'wallet', actorId: id, organisation })
  })
}

/** Refuses `not_known`: for a phone that never enrolled, and for one that was replaced. */
export async function signInWallet(deps: Deps, address: Address): Promise<Started> {
  const wallet = await findWallet(deps.db, address)
  if (wallet?.state !== 'active') throw new Refused('not_known')
  return start(deps, deps.db, { actor: 'wallet', actorId: wallet.id, organisation: wallet.organisation_id })
}

/** Makes a device a till. Refuses `code_not_valid` and `already_exists`, and then the code can still be used. */
export function joinTill(deps: Deps, address: Address, code: string): Promise<Started> {
  const hash = codeHash(code)
  if (hash === null) throw new Refused('code_not_valid')
  return inTransaction(deps.db, async (tx) => {
    const taken = await takeTillCode(tx, hash, deps.now())
    const merchant = taken && (await approvedMerchant(tx, taken.merchant_id))
    if (!taken || !merchant) throw new Refused('code_not_valid')

    const { merchant_id, till_name: name, accepts_ahead } = taken
    const till = await insertTill(tx, { merchant_id, name, accepts_ahead, address: fromHex(address) })
    if (till === null) throw new Refused('already_exists')
    const who = {
      actor: 'till',
      tillId: till,
      merchantId: merchant_id,
      organisation: merchant.organisation_id,
    } as const
    await logAccess(tx, who, 'joined', String(merchant_id))
    return start(deps, tx, { actor: 'till', actorId: String(till), organisation: merchant.organisation_id })
  })
}

/** Refuses `not_known` and `till_stopped`. */
export async function signInTill(deps: Deps, address: Address): Promise<Started> {
  const till = await findTill(deps.db, address)
  if (till === undefined) throw new Refused('not_known')
  if (till.state === 'stopped') throw new Refused('till_stopped')
  const { id, merchant_id: merchantId, organisation_id: organisation } = till
  await logAccess(deps.db, { actor: 'till', tillId: id, merchantId, organisation }, 'signed in', String(id))
  return start(deps, deps.db, { actor: 'till', actorId: String(id), organisation })
}

/** Staff by the sign-in page's subject or by a signer's own key. Refuses `not_known`. */
export async function signInStaff(deps: Deps, by: { subject: string } | { signer: Address }): Promise<Started> {
  const staff = await findStaff(deps.db, by)
  if (staff === undefined) throw new Refused('not_known')
  const how = 'signer' in by ? 'key' : 'sign-in page'
  await logAccess(deps.db, { actor: 'staff', staffId: staff.id }, 'signed in', staff.id, { how })
  return start(deps, deps.db, { actor: 'staff', actorId: staff.id, organisation: staff.organisation_id })
}

async function start(deps: Deps, db: Deps['db'], session: NewSession): Promise<Started> {
  return { ...session, ...(await startSession(db, deps.now(), session)) }
}
