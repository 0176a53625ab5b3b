import { randomBytes } from 'node:crypto'
import { bytesToHex, type Hex, recoverTypedDataAddress } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import * as people from '../../protocol/api/people.ts'
import * as tillApi from '../../protocol/api/till.ts'
import { type Charge, chargeTypedData, encodeCharge, type SignedCharge } from '../../protocol/charge.ts'
import type { Cents } from '../../protocol/money.ts'
import { decodeReceipt, paymentTypedData, type SignedPaymentReceipt } from '../../protocol/receipt.ts'
import { decodeSpend } from '../../protocol/spend.ts'
import { type Answered, Partner } from './partner.ts'
import { type ChainFacts, signedIn } from './signIn.ts'

export type TillPayment = Answered<typeof tillApi.payAtTill>

/** A shop's device: its own key asks for money, and what it trusts is the acceptor's signature. */
export class Till {
  readonly partner: Partner
  readonly name: string
  readonly #facts: ChainFacts
  readonly #clock: () => number
  readonly #account = privateKeyToAccount(generatePrivateKey())
  readonly #asked = new Map<Hex, SignedCharge>()
  readonly #used = new Set<Hex>()
  #till = 0
  #merchant = 0

  /** `clock` in milliseconds: a till's own, which a story may set. */
  constructor(origin: string, facts: ChainFacts, name: string, clock: () => number = Date.now) {
    this.partner = new Partner(origin)
    this.#facts = facts
    this.name = name
    this.#clock = clock
  }

  get number(): number {
    return this.#till
  }

  get merchant(): number {
    return this.#merchant
  }

  /** Becomes a till of a merchant with the merchant's code. */
  async join(code: string): Promise<void> {
    const proof = await signedIn(this.partner, this.#facts.chainId, this.#account)
    const { till, merchant } = await this.partner.call(people.joinTill, { body: { ...proof, code } })
    if (till === null || merchant === null) throw new Error(`${this.name} joined, but got no number`)
    this.#till = till
    this.#merchant = merchant
  }

  /** Asks for a price: works without a network. */
  async ask(
    priceCents: Cents,
    nonce: Hex = bytesToHex(randomBytes(8)),
  ): Promise<{ charge: SignedCharge; text: string }> {
    const asked: Charge = {
      merchant: this.#merchant,
      till: this.#till,
      priceCents,
      nonce,
      askedAt: Math.floor(this.#clock() / 1000),
    }
    const signature = await this.#account.signTypedData(
      chargeTypedData(this.#facts.chainId, this.#facts.vouchers, asked),
    )
    const charge = { ...asked, signature }
    this.#asked.set(nonce, charge)
    return { charge, text: encodeCharge(this.partner.origin, charge) }
  }

  /** Tells the server of a charge, so that a phone with a network can pay it. */
  async open(charge: SignedCharge): Promise<void> {
    await this.partner.call(tillApi.openCharge, { body: charge })
  }

  /** One scan: the price is typed for a phone's code, whose own nonce names the charge. */
  async askFor(spendText: string, priceCents: Cents): Promise<SignedCharge> {
    const offer = decodeSpend(spendText)
    if (offer === null) throw new Error('This is no spend')
    return (await this.ask(priceCents, offer.opening.nonce)).charge
  }

  /** Sends what a phone's code says, with the charge that it answers. */
  async take(spendText: string, charge: SignedCharge): Promise<TillPayment> {
    const offer = decodeSpend(spendText)
    if (offer === null) throw new Error('This is no spend')
    return await this.partner.call(tillApi.payAtTill, { body: { charge, offer } })
  }

  /** Whether a charge was paid; null while it is not. */
  async paymentOf(nonce: Hex): Promise<TillPayment | null> {
    const { payment } = await this.partner.call(tillApi.getCharge, { params: { nonce }, query: {} })
    return payment
  }

  /**
   * Green or not, alone and without a network: the acceptor signed this receipt, it is for this till and for what it
   * asked, or paid ahead at `priceCents`; and it was not shown before.
   */
  async isPaid(receiptText: string, aheadCents?: Cents): Promise<boolean> {
    const receipt = decodeReceipt(receiptText)
    if (receipt === null || this.#used.has(receipt.payment) || !(await this.#isGenuine(receipt))) return false
    const wantedCents = aheadCents ?? this.#asked.get(receipt.nonce)?.priceCents
    if (receipt.till !== this.#till || receipt.merchant !== this.#merchant || receipt.priceCents !== wantedCents)
      return false
    this.#used.add(receipt.payment)
    return true
  }

  async #isGenuine(receipt: SignedPaymentReceipt): Promise<boolean> {
    const data = paymentTypedData(this.#facts.chainId, this.#facts.vouchers, receipt)
    const signer = await recoverTypedDataAddress({ ...data, signature: receipt.signature })
    return signer.toLowerCase() === this.#facts.acceptor.toLowerCase()
  }

  async undo(payment: Hex): Promise<TillPayment> {
    return await this.partner.call(tillApi.undoPayment, { params: { payment }, body: {} })
  }

  /** Gives back a part or all after the undo window; the same `id` again changes nothing. */
  async refund(payment: Hex, cents: Cents, id: Hex = bytesToHex(randomBytes(16))): Promise<TillPayment> {
    return await this.partner.call(tillApi.refundPayment, { params: { payment }, body: { id, cents } })
  }

  /** Back on the network: which receipts paid ahead were used, and which certainly were not. */
  async report(used: Hex[], unused: Hex[]): Promise<Answered<typeof tillApi.reportAhead>> {
    return await this.partner.call(tillApi.reportAhead, { body: { used, unused } })
  }
}
