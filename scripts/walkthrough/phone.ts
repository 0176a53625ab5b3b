import { randomBytes } from 'node:crypto'
import { type Address, bytesToHex, type Hex, type LocalAccount } from 'viem'
import { HDKey, privateKeyToAccount } from 'viem/accounts'
import * as people from '../../protocol/api/people.ts'
import * as wallet from '../../protocol/api/wallet.ts'
import { decodeCharge, type SignedCharge } from '../../protocol/charge.ts'
import { type Cents, capOf } from '../../protocol/money.ts'
import type { SignedPaymentReceipt } from '../../protocol/receipt.ts'
import {
  commitmentOf,
  deadlineAfter,
  encodeSpend,
  mostNotes,
  type SpendOffer,
  spendTypedData,
} from '../../protocol/spend.ts'
import { type Answered, Partner } from './partner.ts'
import { type ChainFacts, signedIn } from './signIn.ts'

type View = Answered<typeof wallet.getWallet>
export type Voucher = View['vouchers'][number]
export interface HeldNote {
  id: Hex
  holder: Address
  cents: Cents
}

/** What a phone shows: the offer, its notes, and the text of the code. */
export interface Offered {
  offer: SpendOffer
  notes: HeldNote[]
  text: string
}

/** Which vouchers a purchase may take. */
type Fits = (voucher: Voucher) => boolean

/** How many fresh addresses a phone keeps at the server. */
const stockAtFirst = 18
const stockAtLeast = 6

/**
 * A youth's phone as a partner would write one: a seed, hardened children of it as note keys, and the notes it saw when
 * it last had a network. Everything from `offer` down works without a network.
 */
export class Phone {
  readonly partner: Partner
  readonly #facts: ChainFacts
  readonly #clock: () => number
  readonly #seed = HDKey.fromMasterSeed(randomBytes(32))
  readonly #noteKeys = this.#seed.derive("m/44'/60'/1'")
  /** Which child of the seed stands behind an address; in the order of the stock. */
  readonly #childOf = new Map<Address, number>()
  readonly #spent = new Set<Hex>()
  #turn: Promise<unknown> = Promise.resolve()
  vouchers: Voucher[] = []

  /** `clock` in milliseconds: a phone's own, which a story may set. */
  constructor(origin: string, facts: ChainFacts, clock: () => number = Date.now) {
    this.partner = new Partner(origin)
    this.#facts = facts
    this.#clock = clock
  }

  /** Joins with a worker's code: the one active wallet of its mailbox from now on. */
  async enrol(code: string): Promise<void> {
    const stock = this.#freshAddresses(stockAtFirst)
    const proof = await signedIn(this.partner, this.#facts.chainId, accountOf(this.#seed.derive("m/44'/60'/0'")))
    await this.partner.call(people.enrolWallet, { body: { ...proof, code, stock } })
  }

  /** Reads what it holds and refills the stock of addresses. */
  refresh(): Promise<View> {
    // One after the other: two at once would upload two different addresses for the same place.
    const turn = this.#turn.then(() => this.#refresh())
    this.#turn = turn.catch(() => {})
    return turn
  }

  async #refresh(): Promise<View> {
    const view = await this.partner.call(wallet.getWallet)
    this.vouchers = view.vouchers
    if (view.stock.left >= stockAtLeast) return view
    const addresses = this.#freshAddresses(stockAtFirst)
    await this.partner.call(wallet.uploadStock, { body: { from: view.stock.next, addresses } })
    const again = await this.partner.call(wallet.getWallet)
    this.vouchers = again.vouchers
    return again
  }

  /** What it may still spend of some vouchers, or of all, as far as it knows. */
  leftCents(fits: Fits = () => true): Cents {
    return this.#usable(fits)
      .flat()
      .reduce((sum, note) => sum + note.cents, 0n)
  }

  /** The most that one payment may take: three notes of one voucher. */
  mostPayable(fits: Fits): Cents {
    const sums = this.#usable(fits).map((notes) => {
      const largest = notes.map(({ cents }) => cents).sort((a, b) => Number(b - a))
      return largest.slice(0, mostNotes).reduce((sum, cents) => sum + cents, 0n)
    })
    return sums.reduce((most, sum) => (sum > most ? sum : most), 0n)
  }

  /** The fewest notes of one voucher that pay the price, smallest first among equals; null when none can. */
  chooseNotes(priceCents: Cents, fits: Fits): HeldNote[] | null {
    const choices = this.#usable(fits).flatMap((notes) => combinations(notes, mostNotes))
    const paying = choices.filter((choice) => sumOf(choice) >= priceCents && isEachNeeded(choice, priceCents))
    paying.sort((a, b) => a.length - b.length || Number(sumOf(a) - sumOf(b)))
    return paying[0] ?? null
  }

  /**
   * Two scans: reads the till's code and signs exactly its price. Null when the phone cannot pay it. The notes count as
   * spent here from now on; `forget` takes that back when the offer was never taken.
   */
  async offerFor(chargeText: string, fits: Fits): Promise<Offered | null> {
    const charge = decodeCharge(chargeText)
    if (charge === null) throw new Error('This is no charge')
    const notes = this.chooseNotes(charge.priceCents, fits)
    if (notes === null) return null
    return this.#shown(await this.sign(charge.merchant, notes, exactly(charge.priceCents, notes), charge.nonce), notes)
  }

  /** One scan: "up to" the whole of one note at this shop; the till types the price. Null when there is no such note. */
  async offerUpTo(merchant: number, mostCents: Cents, fits: Fits): Promise<Offered | null> {
    const notes = this.chooseNotes(mostCents, fits)
    if (notes?.length !== 1) return null
    // Up to the cap, not to the face: what is signed stands on chain, and an odd face would tell where the note came from.
    return this.#shown(await this.sign(merchant, notes, [capOf(sumOf(notes))], randomNonce(), mostCents), notes)
  }

  /** Pays a till's charge over the phone's own network. */
  async pay(charge: SignedCharge, offer: SpendOffer): Promise<SignedPaymentReceipt> {
    const { receipt } = await this.partner.call(wallet.payFromWallet, { body: { charge, offer } })
    return receipt
  }

  /** Pays ahead at a till that will have no network; null when the phone cannot pay it. */
  async payAhead(till: number, merchant: number, priceCents: Cents, fits: Fits): Promise<SignedPaymentReceipt | null> {
    const notes = this.chooseNotes(priceCents, fits)
    if (notes === null) return null
    const offer = await this.sign(merchant, notes, exactly(priceCents, notes))
    const { receipt } = await this.partner.call(wallet.payAhead, { body: { till, priceCents, offer } })
    return receipt
  }

  /** The offer was not taken: its notes may be offered again. */
  forget(offer: SpendOffer): void {
    for (const { noteId } of offer.notes) this.#spent.delete(noteId)
  }

  #shown(offer: SpendOffer, notes: HeldNote[]): Offered {
    return { offer, notes, text: encodeSpend(this.partner.origin, offer) }
  }

  /** Signs any notes for any amounts: also what no honest phone would, to see it refused. */
  async sign(
    merchant: number,
    notes: HeldNote[],
    most: Cents[],
    nonce: Hex = randomNonce(),
    agreedCents: Cents = most.reduce((sum, cents) => sum + cents, 0n),
  ): Promise<SpendOffer> {
    const opening = { nonce, signedAt: this.#clock(), salt: randomNonce(), agreedCents }
    // A minute more than the grace: the till's and the server's clocks need not be this one.
    const deadline = deadlineAfter(this.#clock(), this.#facts.graceSeconds + 60)
    const signed = notes.map(async ({ id, holder }, place) => {
      const mostCents = most[place] ?? 0n
      const spend = { noteId: id, merchant, mostCents, deadline, commitment: commitmentOf(opening, id) }
      const data = spendTypedData(this.#facts.chainId, this.#facts.vouchers, spend)
      // Before it is signed: whoever chooses notes in the meantime takes others.
      this.#spent.add(id)
      const signature = await this.#noteAccount(this.#childOf.get(holder) ?? -1).signTypedData(data)
      return { noteId: id, mostCents, signature }
    })
    return { merchant, deadline, opening, notes: await Promise.all(signed) }
  }

  #usable(fits: Fits): HeldNote[][] {
    const now = this.#clock()
    return this.vouchers
      .filter((voucher) => fits(voucher) && voucher.validUntil.getTime() > now)
      .map(({ notes }) => notes.filter((note): note is HeldNote => note.holder !== null && !this.#spent.has(note.id)))
  }

  #freshAddresses(count: number): Address[] {
    return Array.from({ length: count }, () => {
      const child = this.#childOf.size
      const address = this.#noteAccount(child).address.toLowerCase() as Address
      this.#childOf.set(address, child)
      return address
    })
  }

  #noteAccount(child: number): LocalAccount {
    // Hardened: a note's key tells nothing of its neighbours, nor of the seed's public key.
    return accountOf(this.#noteKeys.deriveChild(2 ** 31 + child))
  }
}

function accountOf({ privateKey }: HDKey): LocalAccount {
  if (privateKey === null) throw new Error('A public key signs nothing')
  return privateKeyToAccount(bytesToHex(privateKey))
}

/** How much of each note an exact price takes: all of each but the last. */
function exactly(priceCents: Cents, notes: HeldNote[]): Cents[] {
  let rest = priceCents
  return notes.map(({ cents }) => {
    const most = cents < rest ? cents : rest
    rest -= most
    return most
  })
}

/** A note that the price does not reach is no part of the payment. */
function isEachNeeded(notes: HeldNote[], priceCents: Cents): boolean {
  return sumOf(notes.slice(0, -1)) < priceCents
}

/** What notes are worth together. */
export function sumOf(notes: readonly HeldNote[]): Cents {
  return notes.reduce((sum, { cents }) => sum + cents, 0n)
}

function combinations(notes: readonly HeldNote[], most: number): HeldNote[][] {
  if (most === 0) return []
  return notes.flatMap((note, place) => [
    [note],
    ...combinations(notes.slice(place + 1), most - 1).map((rest) => [note, ...rest]),
  ])
}

function randomNonce(): Hex {
  return bytesToHex(randomBytes(8))
}
