import type { Insertable, Kysely, Selectable } from 'kysely'
import type { Address } from 'viem'
import { dayOf } from '../days.ts'
import { fromHex } from '../db/bytes.ts'
import type { Cases, Tables } from '../db/tables.ts'
import type { Tx } from '../db/transaction.ts'

type Db = Kysely<Tables>

/* Nonces */

export async function insertNonce(db: Db, nonce: string, expiresAt: Date): Promise<void> {
  await db.insertInto('sign_in_nonces').values({ nonce, expires_at: expiresAt }).execute()
}

/** False when the nonce is unknown, too old, or was used: it works once. */
export async function burnNonce(db: Db, nonce: string, now: Date): Promise<boolean> {
  const burnt = await db
    .updateTable('sign_in_nonces')
    .set({ used_at: now })
    .where('nonce', '=', nonce)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .returning('nonce')
    .executeTakeFirst()
  return burnt !== undefined
}

/** What opens nothing any more: its times would tell who was here when. */
export async function dropExpired(db: Db, now: Date): Promise<void> {
  for (const table of ['sign_in_nonces', 'sessions', 'enrolment_codes', 'till_codes'] as const) {
    await db.deleteFrom(table).where('expires_at', '<=', now).execute()
  }
  // A limit needs the day that is running; of one grant the sum is its amount, which leads from a worker to a voucher.
  await db.deleteFrom('staff_days').where('day', '<', dayOf(now)).execute()
}

/* Cases */

export async function insertCase(tx: Tx, row: Insertable<Cases>): Promise<boolean> {
  const added = await tx
    .insertInto('cases')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return added !== undefined
}

export async function insertMailbox(tx: Tx, id: string, organisation: string): Promise<void> {
  await tx.insertInto('mailboxes').values({ id, organisation_id: organisation }).execute()
}

export async function findCase(db: Db, id: string): Promise<Selectable<Cases> | undefined> {
  return db.selectFrom('cases').selectAll().where('id', '=', id).executeTakeFirst()
}

export async function casesOf(db: Db, workerId: string, organisation: string): Promise<Selectable<Cases>[]> {
  return db
    .selectFrom('cases')
    .selectAll()
    .where('worker_id', '=', workerId)
    .where('organisation_id', '=', organisation)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(500)
    .execute()
}

/** Those of the mailboxes that a phone in use belongs to. */
export async function mailboxesWithWallet(db: Db, mailboxIds: string[]): Promise<Set<string>> {
  if (mailboxIds.length === 0) return new Set()
  const rows = await db
    .selectFrom('wallets')
    .select('mailbox_id')
    .where('mailbox_id', 'in', mailboxIds)
    .where('state', '=', 'active')
    .execute()
  return new Set(rows.map((row) => row.mailbox_id))
}

/* Codes */

/** The newest code of a mailbox is the only one. */
export async function replaceEnrolmentCode(tx: Tx, hash: Buffer, mailboxId: string, expiresAt: Date): Promise<void> {
  await tx.deleteFrom('enrolment_codes').where('mailbox_id', '=', mailboxId).execute()
  await tx
    .insertInto('enrolment_codes')
    .values({ code_hash: hash, mailbox_id: mailboxId, expires_at: expiresAt })
    .execute()
}

/** The row goes with its use: what stays would tell when a mailbox got its phone. */
export async function takeEnrolmentCode(tx: Tx, hash: Buffer, now: Date): Promise<string | null> {
  await tx.deleteFrom('enrolment_codes').where('expires_at', '<=', now).execute()
  const taken = await tx
    .deleteFrom('enrolment_codes')
    .where('code_hash', '=', hash)
    .returning('mailbox_id')
    .executeTakeFirst()
  return taken?.mailbox_id ?? null
}

export async function takeTillCode(tx: Tx, hash: Buffer, now: Date) {
  return tx
    .updateTable('till_codes')
    .set({ used_at: now })
    .where('code_hash', '=', hash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .returning(['merchant_id', 'till_name', 'accepts_ahead'])
    .executeTakeFirst()
}

/* Wallets and tills */

export async function findWallet(db: Db, address: Address) {
  return db.selectFrom('wallets').selectAll().where('address', '=', fromHex(address)).executeTakeFirst()
}

/** Takes the mailbox from the phone that has it, and says which that was. */
export async function replaceActiveWallet(tx: Tx, mailboxId: string): Promise<string | null> {
  const old = await tx
    .updateTable('wallets')
    .set({ state: 'replaced' })
    .where('mailbox_id', '=', mailboxId)
    .where('state', '=', 'active')
    .returning('id')
    .executeTakeFirst()
  return old?.id ?? null
}

export async function organisationOf(tx: Tx, mailboxId: string): Promise<string> {
  const row = tx.selectFrom('mailboxes').select('organisation_id').where('id', '=', mailboxId).forUpdate()
  return (await row.executeTakeFirstOrThrow()).organisation_id
}

export async function insertWallet(tx: Tx, row: Insertable<Tables['wallets']>): Promise<boolean> {
  const added = await tx
    .insertInto('wallets')
    .values(row)
    .onConflict((conflict) => conflict.column('address').doNothing())
    .returning('id')
    .executeTakeFirst()
  return added !== undefined
}

/** False when one of the addresses has ever been in a stock: a holder address is used once in the world. */
export async function insertStock(tx: Tx, walletId: string, addresses: readonly Address[]): Promise<boolean> {
  if (addresses.length === 0) return true
  const added = await tx
    .insertInto('address_stock')
    .values(addresses.map((address, position) => ({ address: fromHex(address), wallet_id: walletId, position })))
    .onConflict((conflict) => conflict.column('address').doNothing())
    .returning('address')
    .execute()
  return added.length === addresses.length
}

export async function findTill(db: Db, address: Address) {
  return db
    .selectFrom('tills')
    .innerJoin('merchants', 'merchants.id', 'tills.merchant_id')
    .select(['tills.id', 'tills.name', 'tills.state', 'tills.merchant_id', 'merchants.organisation_id'])
    .where('tills.address', '=', fromHex(address))
    .executeTakeFirst()
}

export async function insertTill(
  tx: Tx,
  row: { merchant_id: number; name: string; accepts_ahead: boolean; address: Buffer },
): Promise<number | null> {
  const added = await tx
    .insertInto('tills')
    .values({ ...row, state: 'active' })
    .onConflict((conflict) => conflict.column('address').doNothing())
    .returning('id')
    .executeTakeFirst()
  return added?.id ?? null
}

export async function approvedMerchant(tx: Tx, id: number) {
  return tx
    .selectFrom('merchants')
    .select('organisation_id')
    .where('id', '=', id)
    .where('state', '=', 'approved')
    .executeTakeFirst()
}

export async function tillName(db: Db, id: number): Promise<string | null> {
  const till = await db.selectFrom('tills').select('name').where('id', '=', id).executeTakeFirst()
  return till?.name ?? null
}

/* Staff */

export async function findStaff(db: Db, by: { subject: string } | { signer: Address }) {
  const all = db.selectFrom('staff').selectAll().where('is_active', '=', true)
  return 'subject' in by
    ? all.where('subject', '=', by.subject).executeTakeFirst()
    : all.where('signer_address', '=', fromHex(by.signer)).executeTakeFirst()
}

export async function listStaff(db: Db) {
  return db
    .selectFrom('staff')
    .innerJoin('organisations', 'organisations.id', 'staff.organisation_id')
    .select(['staff.subject', 'staff.name', 'staff.roles', 'organisations.name as organisation'])
    .where('staff.is_active', '=', true)
    .orderBy('organisations.id')
    .orderBy('staff.name')
    .execute()
}
