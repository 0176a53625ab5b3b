import { shuffled } from './shuffle.ts'

/** One acceptance that is due, and where its note stands. */
export interface Due {
  noteId: Buffer
  sheet: string
  index: number
}

/** The contract takes five hundred. A hundred are left, so that a limit lowered there does not stop the post. */
export const mostItems = 400
/**
 * What a sheet costs whatever is posted on it, measured in items: its slots are read and written once. Four hundred sheets
 * with one item each would pass the gas that a transaction may have (16.7 million, EIP-7825).
 */
const itemsASheet = 3
const mostWeight = 900

/**
 * Shares what is due out into batches: items of one sheet together, where one proof serves them all, and a whole sheet in
 * one batch where it fits. Neighbours are neighbours in the tree, where places are random; the order of batches is, too.
 */
export function batchesOf(due: readonly Due[]): Due[][] {
  const parts = [...Map.groupBy(due, ({ sheet }) => sheet).values()].flatMap((ofSheet) => {
    const inTree = ofSheet.toSorted((one, other) => one.index - other.index)
    const count = Math.ceil(inTree.length / mostItems)
    return Array.from({ length: count }, (_, part) => inTree.slice(part * mostItems, (part + 1) * mostItems))
  })
  // The largest first: what is small fills what they leave.
  const batches: { items: Due[]; weight: number }[] = []
  for (const part of shuffled(parts).sort((one, other) => other.length - one.length)) {
    const weight = part.length + itemsASheet
    const fits = (batch: (typeof batches)[number]) =>
      batch.items.length + part.length <= mostItems && batch.weight + weight <= mostWeight
    const roomy = batches.find(fits)
    if (roomy === undefined) batches.push({ items: [...part], weight })
    else {
      roomy.items.push(...part)
      roomy.weight += weight
    }
  }
  return shuffled(batches.map(({ items }) => items))
}
