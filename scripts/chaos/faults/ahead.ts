import { payAhead } from '../../../protocol/api/wallet.ts'
import { pause } from '../../walkthrough/parallel.ts'
import type { Green } from '../acknowledged.ts'
import { surely } from '../patience.ts'
import { isGreen, settle } from '../paying.ts'
import type { CustomerWish, Town } from '../town.ts'
import type { Fault, Run } from './fault.ts'

const cents = 650n

/** Somebody pays ahead at the kiosk. Signed once and sent until it is answered: a phone must not pay anew. */
async function paidAhead(town: Town, wish: CustomerWish = {}): Promise<Green[]> {
  const customer = await town.customer({ cents: 4000n, ...wish })
  const { phone } = customer
  const { merchant, number: till } = town.kiosk
  const greens: Green[] = []
  for (let number = 0; number < 2; number++) {
    const [note] = phone.chooseNotes(cents, () => true) ?? []
    if (note === undefined || note.cents < cents) break
    const offer = await phone.sign(merchant, [note], [cents])
    const send = async () => (await phone.partner.call(payAhead, { body: { till, priceCents: cents, offer } })).receipt
    const signed = { nonce: offer.opening.nonce, send, forget: () => {} }
    const outcome = await settle(town, { customer, till: town.kiosk, cents, way: 'phone sends' }, signed)
    if (isGreen(outcome)) greens.push(outcome)
  }
  return greens
}

/** What the kiosk says of receipts, and what became of them by the town's own word. */
async function report(town: Town, used: Green[], unused: Green[]) {
  const ids = (greens: Green[]) => greens.map(({ receipt }) => receipt.payment)
  const told = await surely(() => town.kiosk.report(ids(used), ids(unused)))
  for (const { receipt } of [...used, ...unused]) {
    const seen = await surely(() => town.kiosk.paymentOf(receipt.nonce))
    if (seen?.state === 'undone') town.acknowledged.undone(receipt.nonce)
    if (seen !== null) town.acknowledged.refunded(receipt.nonce, seen.refundedCents)
  }
  return told
}

function ofReceipts(
  name: string,
  seconds: number,
  confirm: (run: Run, greens: Green[]) => Promise<void>,
  wish = () => ({}),
): Fault {
  return {
    name,
    lane: 'people',
    seconds,
    async inject(run) {
      const greens = await paidAhead(run.town, wish())
      await confirm(run, greens)
      return greens.length > 0
    },
  }
}

const isAll = (ids: unknown[], greens: Green[]) => ids.length === greens.length

export const receiptFaults: Fault[] = [
  // After its undo window: one was used, the other was not, and its value has been posted meanwhile or not.
  ofReceipts('receiptsLate', 8, async ({ town, broken }, greens) => {
    await pause(4000)
    const [used, unused] = [greens.slice(0, 1), greens.slice(1)]
    const told = await report(town, used, unused)
    broken.must(isAll(told.used, used) && isAll(told.unused, unused), 'A late word on receipts paid ahead was refused')
  }),
  // Whose kiosk never says a word: it stands, and its shop is paid.
  ofReceipts('receiptsNever', 1, async () => {}),
  ofReceipts('receiptsTwice', 4, async ({ town, broken }, greens) => {
    const [first, second] = await Promise.all([report(town, greens, []), report(town, [], greens)])
    for (const { receipt } of greens) {
      const isOnce = first.used.includes(receipt.payment) !== second.unused.includes(receipt.payment)
      broken.must(isOnce, 'A receipt paid ahead counts as used and as unused')
    }
    const again = await report(town, greens, [])
    broken.must(isAll(again.used, first.used as never), 'The same word on receipts paid ahead was answered otherwise')
  }),
  ofReceipts(
    'receiptsAfterEnd',
    8,
    async ({ town, broken }, greens) => {
      await pause(5000)
      const [used, unused] = [greens.slice(0, 1), greens.slice(1)]
      const told = await report(town, used, unused)
      const isHeard = isAll(told.used, used) && isAll(told.unused, unused)
      broken.must(isHeard, 'A word on receipts paid ahead was refused after the end of their vouchers')
    },
    () => ({ validUntil: new Date(Date.now() + 4000) }),
  ),
]
