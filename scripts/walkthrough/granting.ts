import { randomUUID } from 'node:crypto'
import * as grants from '../../protocol/api/grants.ts'
import * as people from '../../protocol/api/people.ts'
import { type ProgrammeKey, programmes } from '../sample/town.ts'
import type { GrantLine } from './grants.ts'
import { inParallel } from './parallel.ts'
import { Phone } from './phone.ts'
import { euros, expect, type Story, type Youth } from './story.ts'

/** Opens a case for each pseudonym and turns each line into a voucher; answers the figures. */
export async function grantAll(story: Story, lines: GrantLine[]): Promise<string> {
  const byPseudonym = Map.groupBy(lines, ({ pseudonym }) => pseudonym)
  const prefix = randomUUID().slice(0, 8)
  let repeats = 0
  let approved = 0
  story.youths = await inParallel([...byPseudonym.values()], story.width, async (own, order) => {
    const first = own[0] as GrantLine
    const worker = story.staff.workers[order % 2] as Youth['worker']
    const id = randomUUID()
    // The same pseudonym may come from an earlier run against the same town.
    const pseudonym = `${first.pseudonym} ${prefix}`
    const body = { id, pseudonym, ageBand: first.ageBand, municipality: first.municipality, language: 'fi' as const }
    await worker.call(people.openCase, { body })
    const youth: Youth = {
      pseudonym,
      case: id,
      worker,
      code: '',
      grants: [],
      phone: new Phone(story.origin, story.facts, story.clock),
    }
    for (const line of own) if (await grant(story, youth, line, prefix)) approved++
    if (order % 25 === 0) repeats += await grantAgain(story, youth, own[0] as GrantLine, prefix)
    const { code } = await worker.call(people.issueCode, { params: { case: id }, body: {} })
    return { ...youth, code }
  })
  const cents = lines.reduce((sum, { amountCents }) => sum + amountCents, 0n)
  return (
    `${lines.length} grants of ${euros(cents)} for ${story.youths.length} youths, ${approved} by two people; ` +
    `${repeats} decision numbers sent twice granted nothing`
  )
}

async function grant(story: Story, youth: Youth, line: GrantLine, prefix: string): Promise<boolean> {
  const decision = await grantOne(story, youth, bodyOf(story, youth, line, prefix))
  const key = keyOf(line)
  youth.grants.push({ line, key, decision: decision.id })
  story.books.granted(key, line.amountCents)
  return decision.approvedBy !== null
}

type Body = ReturnType<typeof bodyOf>

/** A voucher at once within the worker's limits of the day, above them when a second person has approved. */
export async function grantOne(story: Story, youth: Youth, body: Body) {
  const decision = await youth.worker.call(grants.grantByReference, { body })
  if (decision.state !== 'waiting_for_second') return decision
  const params = { decision: decision.id }
  const approval = { approve: true, reason: 'Luettu ja hyväksytty.' }
  const approved = await story.staff.approver.call(grants.approveDecision, { params, body: approval })
  expect(approved.state === 'decided', `A decision that was approved is ${approved.state}`)
  return approved
}

/** The case system hands the same decision over twice: there is still one voucher. */
async function grantAgain(story: Story, youth: Youth, line: GrantLine, prefix: string): Promise<number> {
  const again = await youth.worker
    .call(grants.grantByReference, { body: bodyOf(story, youth, line, prefix) })
    .catch((error: unknown) => {
      if (error instanceof Error && error.message.includes('already_exists')) return null
      throw error
    })
  expect(again === null || again.id === youth.grants[0]?.decision, `${line.decisionNumber} was granted twice`)
  return 1
}

function bodyOf(story: Story, youth: Youth, line: GrantLine, prefix: string) {
  return {
    id: randomUUID(),
    case: youth.case,
    programme: story.programmes.get(keyOf(line)) ?? 0,
    decisionNumber: `${line.decisionNumber} ${prefix}`,
    amountCents: line.amountCents,
    validUntil: line.validUntil(new Date(story.clock())),
  }
}

function keyOf({ line, programme }: GrantLine): ProgrammeKey {
  const found = programmes.find(({ key }) => key === programme)
  if (found === undefined) throw new Error(`Line ${line}: there is no programme ${programme}`)
  return found.key
}

/** Every phone joins with its code and sees what it was granted. */
export async function joinPhones(story: Story): Promise<string> {
  await inParallel(story.youths, story.width, async ({ phone, code, grants: own, pseudonym }) => {
    await phone.enrol(code)
    await phone.refresh()
    const granted = own.reduce((sum, { line }) => sum + line.amountCents, 0n)
    const left = phone.leftCents()
    expect(left === granted, `${pseudonym} sees ${euros(left)} of ${euros(granted)}`)
  })
  const notes = story.youths.flatMap(({ phone }) => phone.vouchers.flatMap((voucher) => voucher.notes)).length
  return `${story.youths.length} phones hold ${notes} notes`
}
