import type { Act, Refund, SheetPlan, Spend } from '../acts.ts'
import {
  closeFloor,
  cutFloor,
  type PostedSheet,
  reclaimFloor,
  redeemFloor,
  refundFloor,
  releaseFloor,
  revokeFloor,
} from '../floor.ts'
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
    if (act.kind === 'refund') return this.refund(act.refunds)
    if (act.kind === 'reclaim') return reclaimFloor(act.reclaims.length)
    if (act.kind === 'release') {
      return releaseFloor(act.releases.length, this.programmesOf(act.releases.map(({ sheet }) => sheet)))
    }
    if (act.kind === 'revoke') return revokeFloor(act.revocations.map(({ sheet, places }) => this.post(sheet, places)))
    if (act.kind === 'close') return closeFloor()
    this.sheets.set(act.sheet.number, act.sheet)
    return cutFloor()
  }

  redeem(spends: readonly Spend[]): number {
    const merchants = new Set(spends.map(({ merchant }) => merchant))
    const freshMerchants = countMissing(merchants, this.#claims)
    for (const merchant of merchants) this.#claims.add(merchant)
    const programmes = this.programmesOf(spends.map(({ sheet }) => sheet))
    return redeemFloor({ sheets: this.postAll(spends), programmes, merchants: merchants.size, freshMerchants })
  }

  refund(refunds: readonly Refund[]): number {
    const spends = refunds.map(({ spend }) => spend)
    return refundFloor({
      sheets: this.postAll(spends),
      programmes: this.programmesOf(spends.map(({ sheet }) => sheet)),
      merchants: new Set(spends.map(({ merchant }) => merchant)).size,
      again: refunds.filter(({ refundedBeforeCents }) => refundedBeforeCents > 0n).length,
    })
  }

  postAll(spends: readonly Spend[]): PostedSheet[] {
    const bySheet = Map.groupBy(spends, ({ sheet }) => sheet)
    const placesOf = (own: readonly Spend[]) => own.map(({ place }) => place)
    return [...bySheet].map(([sheet, own]) => this.post(sheet, placesOf(own)))
  }

  post(sheet: number, places: readonly number[]): PostedSheet {
    const words = new Set(places.map((place) => `${sheet} ${place >> 8}`))
    const freshWords = countMissing(words, this.#words)
    for (const word of words) this.#words.add(word)
    return { places, depth: this.at(sheet).depth, freshWords }
  }

  programmesOf(sheets: readonly number[]): number {
    return new Set(sheets.map((sheet) => this.at(sheet).programme)).size
  }
}

function countMissing<T>(wanted: ReadonlySet<T>, there: ReadonlySet<T>): number {
  return [...wanted].filter((one) => !there.has(one)).length
}
