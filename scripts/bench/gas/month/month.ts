import { Chance } from '../../../walkthrough/chance.ts'
import { firstMorning } from '../acts.ts'
import { Notes } from './notes.ts'
import type { Evening, Month, MonthPlan } from './plan.ts'
import { Post } from './post.ts'
import { Town } from './town.ts'
import { drawGrants, drawShops, programmeOf } from './traffic.ts'

const hour = 3600
const day = 24 * hour
/** What waits longest: a note for days on no sheet, then its undo window, then evenings apart. */
const mostQuietDays = 30

/**
 * Everything that a town sends to the chain in a month, by the server's own rules, before anything is sent. Pure: the same
 * plan gives the same month. After its last day it goes on without customers until all that was bought is posted, and in the
 * end closes every sheet that it cut, so that no cost of it is left to the next month.
 */
export function planMonth(plan: MonthPlan): Month {
  const chance = new Chance(plan.seed)
  const merchants = drawShops(plan.shops)
  const notes = new Notes(plan.cadence, chance)
  const town = new Town(plan, notes, merchants, drawGrants(plan.youths, chance, new Date(firstMorning * 1000)), chance)
  const post = new Post(notes, plan.cadence, chance)
  const programmes = [...programmeOf.values()].map(({ id, purposes }) => ({ id, purposes }))
  const ids = programmes.map(({ id }) => id)

  const evenings: Evening[] = []
  for (let date = 0; date < plan.days || !post.isDone; date++) {
    if (date > plan.days + mostQuietDays) throw new Error('What was bought in this month is never posted')
    const at = firstMorning + date * day + 13 * hour
    const bought = town.live(date)
    evenings.push({ ...bought, at, acts: post.run(date, new Date(at * 1000), ids) })
  }
  const at = firstMorning + evenings.length * day + 13 * hour
  evenings.push({ at, acts: post.closeAll(), issued: [], takenBack: [], carried: [] })
  const { payments, earnedCents } = town
  return { programmes, merchants, evenings, payments, earnedCents, ...post.needs }
}
