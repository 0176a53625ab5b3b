import { cancelCharge } from '../../../protocol/api/till.ts'
import { giveUp } from '../../../protocol/api/wallet.ts'
import type { Chance } from '../../walkthrough/chance.ts'
import { pause } from '../../walkthrough/parallel.ts'
import type { Till } from '../../walkthrough/till.ts'
import { patiently } from '../patience.ts'
import type { Customer } from '../town.ts'
import type { Fault, Run } from './fault.ts'

const cents = 300n

/** The till gave up and took cash; the phone's outbox sends late, or in the very moment. Whoever paid cash pays once. */
export const outboxAfterCash: Fault = {
  name: 'outboxAfterCash',
  lane: 'people',
  seconds: 4,
  async inject(run, chance) {
    const customer = await run.town.customer({ cents: 3000n })
    let times = 0
    for (const isRace of [false, true, true]) if (await payInCash(run, customer, chance, isRace)) times++
    return times > 0
  },
}

async function payInCash({ town, broken }: Run, { phone, programme }: Customer, chance: Chance, isRace: boolean) {
  const till = chance.oneOf(town.tills)
  const { charge, text } = await till.ask(cents)
  await patiently(() => till.open(charge))
  const offered = await phone.offerFor(text, () => true)
  if (offered === null) return false
  const cancel = async () => {
    await pause(isRace ? chance.between(0, 15) : 0)
    const ask = { params: { nonce: charge.nonce }, body: {} }
    return await patiently(() => till.partner.call(cancelCharge, ask))
  }
  const send = async () => {
    await pause(isRace ? chance.between(0, 15) : 0)
    return await patiently(() => phone.pay(charge, offered.offer))
  }
  const first = isRace ? null : await cancel()
  const [paid, cancelled] = await Promise.all([send(), first ?? cancel()])

  if (paid.refusal === null) town.acknowledged.green(till, programme, paid.answer)
  else town.acknowledged.refused(charge.nonce)
  if (cancelled.answer?.state === 'undone') town.acknowledged.undone(charge.nonce)
  const isBoth = paid.refusal === null && cancelled.answer?.state === 'cancelled'
  broken.must(!isBoth, 'A charge was cancelled, and paid all the same')
  broken.must(isRace || paid.refusal === 'charge_not_open', `A charge that was paid in cash answers ${paid.refusal}`)
  return true
}

/** The phone gives up what it has shown, while the till sends what it has scanned. */
export const givenUp: Fault = {
  name: 'givenUpRace',
  lane: 'people',
  seconds: 4,
  async inject({ town, broken }, chance) {
    const customer = await town.customer({ cents: 3000n })
    let times = 0
    for (; times < 3; times++) {
      const till: Till = chance.oneOf(town.tills)
      const { offer, text } = (await customer.phone.offerUpTo(till.merchant, cents, () => true)) ?? {}
      if (offer === undefined || text === undefined) break
      const charge = await till.askFor(text, cents)
      const { nonce } = charge
      const waits = [chance.between(0, 15), chance.between(0, 15)] as const
      const [sent, given] = await Promise.all([
        pause(waits[0]).then(() => patiently(async () => (await till.take(text, charge)).receipt)),
        pause(waits[1]).then(() => patiently(() => customer.phone.partner.call(giveUp, { body: { nonce, offer } }))),
      ])
      if (sent.refusal === null) town.acknowledged.green(till, customer.programme, sent.answer)
      else town.acknowledged.refused(nonce)
      const told = given.answer?.state ?? given.refusal
      const isRight = sent.refusal === null ? told === 'paid' : told === 'cancelled'
      broken.must(isRight, `A phone gave up: it heard ${told}, its till ${sent.refusal ?? 'green'}`)
    }
    return times > 0
  },
}
