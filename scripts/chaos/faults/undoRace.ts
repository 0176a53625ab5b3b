import { runPost } from '../../../protocol/api/audit.ts'
import { pause } from '../../walkthrough/parallel.ts'
import type { Green } from '../acknowledged.ts'
import { patiently, surely } from '../patience.ts'
import { buy, isGreen, undo } from '../paying.ts'
import type { Fault, Run } from './fault.ts'

const purchases = 6
/** Before the window closes, and after. */
const edgeMilliseconds = 60

/** Undone in the very moment in which the window closes and the post may take it. */
export const undoRacingPost: Fault = {
  name: 'undoRacingPost',
  lane: 'people',
  seconds: 5,
  async inject(run, chance) {
    const customer = await run.town.customer({ cents: 6000n })
    const greens: Green[] = []
    for (let number = 0; number < purchases; number++) {
      const wish = { customer, till: chance.oneOf(run.town.tills), cents: 120n, way: 'till sends' as const }
      const outcome = await buy(run.town, wish)
      if (isGreen(outcome)) greens.push(outcome)
    }
    const post = postAtTheEdge(run, greens)
    await Promise.all(
      greens.map((green) => undoAtTheEdge(run, green, chance.between(-edgeMilliseconds, edgeMilliseconds))),
    )
    await post
    return greens.length > 0
  },
}

async function undoAtTheEdge({ town }: Run, green: Green, offMilliseconds: number): Promise<void> {
  const { answer } = await patiently(() => green.till.paymentOf(green.receipt.nonce))
  const edge = answer?.undoUntil.getTime() ?? 0
  await pause(edge + offMilliseconds - Date.now())
  await undo(town, green)
}

async function postAtTheEdge({ town }: Run, greens: Green[]): Promise<void> {
  const last = greens.at(-1)
  if (last === undefined) return
  const seen = await surely(() => last.till.paymentOf(last.receipt.nonce))
  await pause((seen?.undoUntil.getTime() ?? 0) - Date.now())
  await patiently(() => town.staff.officer.call(runPost, { body: { sheets: 'now' } }))
}
