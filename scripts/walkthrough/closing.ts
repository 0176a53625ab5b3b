import { reconcile } from '../../protocol/api/audit.ts'
import { type ProgrammeKey, programmes } from '../sample/town.ts'
import { balanceLines } from './balance.ts'
import type { Page } from './books.ts'
import type { Answered } from './partner.ts'
import { expect, type Story } from './story.ts'

type Reconciliation = Answered<typeof reconcile>

/** Holds the town's books against the story's own, and prints the equation; throws when a cent is off. */
export async function closeBooks(story: Story, say: (line: string) => void): Promise<string> {
  const books = await story.staff.auditor.call(reconcile)
  const own = new Set(story.programmes.values())
  for (const line of balanceLines({
    ...books,
    programmes: books.programmes.filter(({ programme }) => own.has(programme)),
  }))
    say(line)
  for (const { key } of programmes) expectSame(key, story.books.page(key), books, story.programmes.get(key) ?? 0)
  const [worst] = books.differences
  expect(worst === undefined, `${books.differences.length} differences, the first: ${worst?.what} ${worst?.note ?? ''}`)
  expect(books.balanced, 'The town does not balance and names no difference')
  return `the story’s own books agree for ${story.programmes.size} programmes`
}

function expectSame(key: ProgrammeKey, own: Page, { programmes: all }: Reconciliation, number: number): void {
  const town = all.find(({ programme }) => programme === number)
  if (town === undefined) throw new Error(`The reconciliation leaves out programme ${number}`)
  const pairs = [
    ['granted', own.granted, town.grantedCents],
    ['spent', own.spent, town.spentCents],
    ['left', own.left, town.leftCents],
    ['expired', own.expired, town.expiredCents],
    ['revoked', own.revoked, town.revokedCents],
  ] as const
  for (const [name, here, there] of pairs) {
    expect(here === there, `${key}: the tills and phones add up to ${here} cents ${name}, the town says ${there}`)
  }
}
