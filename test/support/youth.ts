import { randomBytes, randomUUID } from 'node:crypto'
import { type Address, type Hex, toHex } from 'viem'
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import type { Cents } from '../../protocol/money.ts'
import { deadlineAfter, type SpendOffer, spendsOf, spendTypedData } from '../../protocol/spend.ts'
import { fromHex } from '../../server/db/bytes.ts'
import { inTransaction } from '../../server/db/transaction.ts'
import { issue } from '../../server/vouchers/vouchers.ts'
import { day, type Town } from './money.ts'

export interface HeldNote {
  id: Hex
  holder: Address | null
  cents: Cents
}

export interface Youth {
  mailboxId: string
  walletId: string
  who: { actor: 'wallet'; walletId: string; mailboxId: string; organisation: string }
  account(holder: Address): PrivateKeyAccount
  /** The open notes of the mailbox, the largest first. */
  notes(): Promise<HeldNote[]>
  grant(programmeId: number, amountCents: Cents, validDays?: number): Promise<string>
  /** Signs notes for one purchase, each for its whole value unless `most` says otherwise. */
  sign(
    merchant: number,
    nonce: Hex,
    notes: readonly HeldNote[],
    more?: { most?: readonly Cents[]; signedAt?: number; deadline?: bigint; agreedCents?: Cents },
  ): Promise<SpendOffer>
}

export async function addYouth(town: Town, stock = 60, mailbox?: string): Promise<Youth> {
  const { db } = town.deps
  const [mailboxId, walletId] = [mailbox ?? randomUUID(), randomUUID()]
  if (mailbox === undefined) {
    await db.insertInto('mailboxes').values({ id: mailboxId, organisation_id: 'town' }).execute()
  }
  await db.updateTable('wallets').set({ state: 'replaced' }).where('mailbox_id', '=', mailboxId).execute()
  await db
    .insertInto('wallets')
    .values({
      id: walletId,
      mailbox_id: mailboxId,
      organisation_id: 'town',
      address: randomBytes(20),
      state: 'active',
    })
    .execute()
  const accounts = Array.from({ length: stock }, () => privateKeyToAccount(generatePrivateKey()))
  if (stock > 0) {
    await db
      .insertInto('address_stock')
      .values(
        accounts.map((account, position) => ({ address: fromHex(account.address), wallet_id: walletId, position })),
      )
      .execute()
  }
  const { chainId, vouchers } = town.deps.chain
  const account = (holder: Address) => {
    const found = accounts.find(({ address }) => address.toLowerCase() === holder)
    if (found === undefined) throw new Error(`${holder} is another phone's`)
    return found
  }
  return {
    mailboxId,
    walletId,
    who: { actor: 'wallet', walletId, mailboxId, organisation: 'town' },
    account,
    notes: () => notesOf(town, mailboxId),
    grant: (programmeId, amountCents, validDays = 30) =>
      inTransaction(db, (tx) =>
        issue(tx, town.deps, {
          mailboxId,
          programmeId,
          amountCents,
          validUntil: new Date(town.clock.now.getTime() + validDays * day),
          decisionProof: randomBytes(32),
        }),
      ),
    async sign(merchant, nonce, notes, more = {}) {
      const now = town.clock.now.getTime()
      const offer: SpendOffer = {
        merchant,
        deadline: more.deadline ?? deadlineAfter(now, town.deps.chain.graceSeconds),
        opening: {
          nonce,
          signedAt: more.signedAt ?? now,
          salt: toHex(randomBytes(8)),
          agreedCents:
            more.agreedCents ?? notes.reduce((sum, { cents }, place) => sum + (more.most?.[place] ?? cents), 0n),
        },
        notes: notes.map(({ id, cents }, place) => ({
          noteId: id,
          mostCents: more.most?.[place] ?? cents,
          signature: '0x',
        })),
      }
      const spends = spendsOf(offer)
      const signed = offer.notes.map(async (note, place) => {
        const holder = notes[place]?.holder
        if (!holder) throw new Error('This note waits for a holder')
        return {
          ...note,
          signature: await account(holder).signTypedData(spendTypedData(chainId, vouchers, spends[place]!)),
        }
      })
      return { ...offer, notes: await Promise.all(signed) }
    },
  }
}

async function notesOf(town: Town, mailboxId: string): Promise<HeldNote[]> {
  const rows = await town.deps.db
    .selectFrom('notes')
    .innerJoin('vouchers', 'vouchers.id', 'notes.voucher_id')
    .select(['notes.id', 'notes.holder', 'notes.face_cents'])
    .where('vouchers.mailbox_id', '=', mailboxId)
    .where('notes.state', '=', 'open')
    .orderBy('notes.face_cents', 'desc')
    .orderBy('notes.id')
    .execute()
  return rows.map(({ id, holder, face_cents: cents }) => ({
    id: toHex(id),
    holder: holder === null ? null : toHex(holder),
    cents,
  }))
}
