import { newSheet } from './sheets.ts'
import { redeemNote } from './spends.ts'
import { openTown } from './town.ts'

/** A sheet of four notes of 10 € is on chain. */
export async function townWithSheet() {
  const town = await openTown()
  const sheet = await newSheet(town)
  const [first, second, third, fourth] = sheet.notes
  return { ...town, town, sheet, first, second, third, fourth }
}

/** Its first note was spent at the grocer's: 8.90 €. */
export async function townWithClaim() {
  const spent = await townWithSheet()
  await redeemNote(spent.town, spent.sheet, spent.first, { amountCents: 890n })
  return spent
}
