import type { Note, Sheet } from './sheets.ts'
import {
  groupOf,
  type Item,
  payGuarantee,
  redeem,
  redeemOne,
  redeemWithReceipts,
  type SpendWishes,
  spendOf,
} from './spends.ts'
import { ESCAPE_AFTER, nextAt, now, type Town } from './town.ts'

type Posting = (town: Town, sheet: Sheet, item: Item) => Promise<unknown>

/** Each way to have an acceptance booked; the last one first lets time pass until the escape is open. */
export const postings: Record<string, Posting> = {
  'in a batch': (town, sheet, item) => redeem(town, [groupOf(sheet, [item])]),
  alone: redeemOne,
  'from the guarantee': payGuarantee,
  'in the escape': async (town, sheet, item) => {
    const opensAt = sheet.cut.validUntil + ESCAPE_AFTER
    if ((await now()) < opensAt) await nextAt(opensAt)
    return redeemWithReceipts(town, sheet, [item])
  },
}

/** Spends a note and posts it in this way. */
export async function postNote(post: Posting, town: Town, sheet: Sheet, note: Note, wishes: SpendWishes = {}) {
  return post(town, sheet, await spendOf(town, sheet, note, wishes))
}
