import { createPublicClient, http } from 'viem'
import { vouchersAbi } from '../../protocol/abi/vouchers.ts'
import { reconcile } from '../../protocol/api/audit.ts'
import { getDay } from '../../protocol/api/till.ts'
import { dayOf } from '../../server/days.ts'
import type { Till, TillPayment } from '../walkthrough/till.ts'
import { surely } from './patience.ts'
import type { Town } from './town.ts'

/** What was seen to be otherwise than it must be, each once. */
export class Broken {
  readonly sentences = new Set<string>()

  must(isSo: boolean, sentence: string): void {
    if (isSo || this.sentences.has(sentence)) return
    this.sentences.add(sentence)
    console.error(`  BROKEN: ${sentence}`)
  }

  /** What does not end well is broken; the run goes on, so that the rest is looked at too. Answers null then. */
  async unless<T>(sentence: string, work: () => Promise<T>): Promise<T | null> {
    try {
      return await work()
    } catch (error) {
      this.must(false, `${sentence}: ${error instanceof Error ? error.message : String(error)}`)
      return null
    }
  }
}

/** Chain, database and bank, to the cent, as the town itself adds them up: invariants 1 to 4, and 6. */
export async function checkBooks(town: Town, broken: Broken): Promise<void> {
  const { differences } = await surely(() => town.staff.auditor.call(reconcile))
  for (const { invariant, what, note, expectedCents, foundCents } of differences) {
    const where = note === null ? '' : ` of note ${note}`
    broken.must(false, `Invariant ${invariant}: ${what}${where}: ${foundCents} for ${expectedCents}`)
  }
}

/** The town's sums against those of the people who were granted, paid and were paid, programme by programme. */
export async function checkSums(town: Town, broken: Broken): Promise<void> {
  const { programmes } = await surely(() => town.staff.auditor.call(reconcile))
  for (const { programme, grantedCents, spentCents } of programmes) {
    const [granted, earned] = [town.acknowledged.grantedCents(programme), town.acknowledged.earnedCents({ programme })]
    broken.must(
      grantedCents === granted,
      `Programme ${programme} granted ${grantedCents} cents, its workers ${granted}`,
    )
    broken.must(spentCents === earned, `Programme ${programme} spent ${spentCents} cents, its tills took ${earned}`)
  }
}

/** What the contract itself owes each shop, once all is final, against what its tills add up to: no server is asked. */
export async function checkChain(town: Town, networkUrl: string, broken: Broken): Promise<void> {
  const client = createPublicClient({ transport: http(networkUrl), cacheTime: 0 })
  const read = (functionName: 'owedCents' | 'totalDebtCents', merchant: number) =>
    client.readContract({ address: town.facts.vouchers, abi: vouchersAbi, functionName, args: [merchant] })
  for (const merchant of town.merchants) {
    const owed = (await read('owedCents', merchant)) - (await read('totalDebtCents', merchant))
    const earned = town.acknowledged.earnedCents({ merchant })
    broken.must(owed === earned, `The chain owes shop ${merchant} ${owed} cents, its tills took ${earned}`)
  }
}

/** What every till was told against what the town shows now: invariant 5. */
export async function checkPromises(town: Town): Promise<{ lost: string[]; doubled: string[] }> {
  const found = { lost: [] as string[], doubled: [] as string[] }
  for (const merchant of town.merchants) {
    const till = town.tills.find((one) => one.merchant === merchant)
    if (till === undefined) continue
    const { lost, doubled } = town.acknowledged.compare(merchant, await shownTo(till, daysAround(new Date())))
    found.lost.push(...lost)
    found.doubled.push(...doubled)
  }
  for (const sentence of [...found.lost, ...found.doubled]) console.error(`  BROKEN: ${sentence}`)
  return found
}

/** A server whose clock is off by a day puts what it accepts into another day. */
function daysAround(now: Date): string[] {
  return [-2, -1, 0, 1, 2].map((off) => dayOf(new Date(now.getTime() + off * 86_400_000)))
}

async function shownTo(till: Till, days: string[]): Promise<TillPayment[]> {
  const shown: TillPayment[] = []
  for (const day of days) {
    const { payments } = await surely(() => till.partner.call(getDay, { query: { day } }))
    shown.push(...payments)
  }
  return shown
}
