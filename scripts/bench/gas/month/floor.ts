import type { Act, SheetPlan, Spend } from '../acts.ts'
import { closeFloor, cutFloor, reclaimFloor, redeemFloor, refundFloor, revokeFloor } from '../floor.ts'
import type { Month } from './plan.ts'
import type { Spent } from './play.ts'

/** The least for exactly these transactions: what is above it is ours to save, what is in it only another cadence could. */
export function floorOfMonth(month: Month): Spent {
  const spent = { cut: 0, redeem: 0, revoke: 0, refund: 0, release: 0, close: 0, reclaim: 0 }
  const chain = new Slots()
  for (const act of month.evenings.flatMap(({ acts }) => acts)) spent[act.kind] += chain.take(act)
  return spent
}

/** Which slots hold something already. */
class Slots {
  readonly sheets = new Map<number, SheetPlan>()
  readonly #words = new Set<string>()
  readonly #claims = new Set<number>()

  at(sheet: number): SheetPlan {
    const plan = this.sheets.get(sheet)
    if (plan === undefined) throw new Error(`Sheet ${sheet} was not cut`)
    return plan
  }

  take(act: Act): number {
    if (act.kind === 'redeem') return this.redeem(act.spends)
    if (act.kind === 'refund') return refundFloor(this.at(act.spend.sheet).depth)
    if (act.kind === 'reclaim') return reclaimFloor()
    if (act.kind === 'revoke') {
      const { words, freshWords } = this.touch(act.sheet, act.places)
      return revokeFloor(act.places.length, words, freshWords)
    }
    if (act.kind !== 'cut') return closeFloor()
    this.sheets.set(act.sheet.number, act.sheet)
    return cutFloor()
  }

  redeem(spends: readonly Spend[]): number {
    const sheets = [...Map.groupBy(spends, ({ sheet }) => sheet)].map(([sheet, own]) => {
      const places = own.map(({ place }) => place)
      return { places, depth: this.at(sheet).depth, freshWords: this.touch(sheet, places).freshWords }
    })
    const merchants = new Set(spends.map(({ merchant }) => merchant))
    const freshMerchants = countMissing(merchants, this.#claims)
    for (const merchant of merchants) this.#claims.add(merchant)
    const programmes = new Set(spends.map(({ sheet }) => this.at(sheet).programme)).size
    return redeemFloor({ sheets, programmes, merchants: merchants.size, freshMerchants })
  }

  touch(sheet: number, places: readonly number[]): { words: number; freshWords: number } {
    const words = new Set(places.map((place) => `${sheet} ${place >> 8}`))
    const freshWords = countMissing(words, this.#words)
    for (const word of words) this.#words.add(word)
    return { words: words.size, freshWords }
  }
}

function countMissing<T>(wanted: ReadonlySet<T>, there: ReadonlySet<T>): number {
  return [...wanted].filter((one) => !there.has(one)).length
}
