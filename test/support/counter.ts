import { randomBytes, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { toHex } from 'viem'
import type { SignedCharge } from '../../protocol/charge.ts'
import type { SpendOffer } from '../../protocol/spend.ts'
import { pay } from '../../server/acceptances/acceptances.ts'
import { inTransaction } from '../../server/db/transaction.ts'
import { replaceNotes } from '../../server/vouchers/vouchers.ts'
import { readWallet } from '../../server/vouchers/walletView.ts'
import { faultsInBooks } from './books.ts'
import { addProgramme, addShop, openTown, type Shop, type Town } from './money.ts'
import { addYouth, type Youth } from './youth.ts'

export const id16 = () => toHex(randomBytes(16))

/** Before each test: ten o'clock, a new shop, and a youth with 50 €. After each: the books are looked through. */
export interface Counter {
  town: Town
  shop: Shop
  youth: Youth
  voucher: string
  /** A charge of the shop's, and the largest notes signed for it. */
  offered(priceCents: bigint, count?: number): Promise<{ charge: SignedCharge; offer: SpendOffer }>
  bought(priceCents: bigint, count?: number): ReturnType<typeof receiptOf>
  leftCents(): Promise<bigint>
}

/** Called inside a `describe`; what it answers is filled before its tests run. */
export function atCounter(): Counter {
  const at = {
    async offered(priceCents: bigint, count = 1) {
      const charge = await at.shop.charge(priceCents)
      const notes = (await at.youth.notes()).slice(0, count)
      return { charge, offer: await at.youth.sign(at.shop.merchantId, charge.nonce, notes) }
    },
    async bought(priceCents: bigint, count = 1) {
      return await receiptOf(at, await at.offered(priceCents, count))
    },
    async leftCents() {
      return (await readWallet(at.town.deps, at.youth.who)).vouchers[0]!.leftCents
    },
  } as Counter
  before(async () => {
    at.town = await openTown()
  })
  after(() => at.town.close())
  beforeEach(async () => {
    at.town.clock.now = new Date('2026-11-10T10:00:00Z')
    at.shop = await addShop(at.town, { acceptsAhead: true })
    at.youth = await addYouth(at.town)
    at.voucher = await at.youth.grant(await addProgramme(at.town), 5000n)
  })
  afterEach(async () => expect(await faultsInBooks(at.town.deps)).to.deep.equal([]))
  return at
}

async function receiptOf({ town, youth }: Counter, asked: { charge: SignedCharge; offer: SpendOffer }) {
  return (await pay(town.deps, youth.who, asked)).receipt
}

/** A new phone of the same youth, as enrolling writes it: one transaction, the mailbox first. Its keys are nobody's. */
export function loseFor({ deps }: Town, { mailboxId }: Youth): Promise<void> {
  return inTransaction(deps.db, async (tx) => {
    await tx.selectFrom('mailboxes').select('id').where('id', '=', mailboxId).forUpdate().execute()
    await tx.updateTable('wallets').set({ state: 'replaced' }).where('mailbox_id', '=', mailboxId).execute()
    const id = randomUUID()
    const wallet = { id, mailbox_id: mailboxId, organisation_id: 'town', address: randomBytes(20) }
    await tx
      .insertInto('wallets')
      .values({ ...wallet, state: 'active' })
      .execute()
    const stock = Array.from({ length: 9 }, (_, position) => ({ address: randomBytes(20), wallet_id: id, position }))
    await tx.insertInto('address_stock').values(stock).execute()
    await replaceNotes(tx, deps, mailboxId)
  })
}
