import type { Hex } from 'viem'
import { shuffled } from './shuffle.ts'
import { siblingPlaces } from './tree.ts'

/** One acceptance that is due, and where its note stands. */
export interface Due extends Standing {
  noteId: Buffer
}

interface Standing {
  sheet: Hex
  depth: number
  index: number
}

type Mix = <T>(things: readonly T[]) => T[]

/** The contract takes five hundred. A hundred are left, so that a limit lowered there does not stop the post. */
export const mostItems = 400
/** A transaction may have 16.7 million (EIP-7825), and the relayer sets a third more than it estimates. */
const mostGas = 12_500_000
/** Nodes pass on transactions of at most 128 KiB. */
const mostBytes = 120_000

/** Measured, and rounded up: the slots of a sheet; an item with a merchant of its own, in a programme with a paid guarantee. */
const gasOf = { sheet: 40_000, item: 19_000, sibling: 700 }
const bytesOf = { sheet: 256, item: 128 + 32, sibling: 32 }

interface Size {
  items: number
  gas: number
  bytes: number
}

/**
 * Shares what is due out into batches: items of one sheet together, where one proof serves them all, and a whole sheet in
 * one batch where it fits. Neighbours are neighbours in the tree, where places are random; the order of batches is, too.
 *
 * @param mix the system's chance; the gas bench, which must come out the same twice, brings its own.
 */
export function batchesOf<D extends Standing>(due: readonly D[], mix: Mix = shuffled): D[][] {
  const batches: { due: D[]; size: Size }[] = []
  for (const part of largestFirst(due, mix)) {
    const size = sizeOf(part)
    const roomy = batches.find((batch) => fits(together(batch.size, size)))
    if (roomy === undefined) batches.push({ due: [...part], size })
    else {
      roomy.due.push(...part)
      roomy.size = together(roomy.size, size)
    }
  }
  return mix(batches.map((batch) => batch.due))
}

/** What is due sheet by sheet, in parts that fit a batch: the small ones fill what the large ones leave. */
function largestFirst<D extends Standing>(due: readonly D[], mix: Mix): D[][] {
  const parts = [...Map.groupBy(due, ({ sheet }) => sheet).values()].flatMap((ofSheet) => {
    const inTree = ofSheet.toSorted((one, other) => one.index - other.index)
    const count = Math.ceil(inTree.length / mostItems)
    return Array.from({ length: count }, (_, part) => inTree.slice(part * mostItems, (part + 1) * mostItems))
  })
  return mix(parts).sort((one, other) => other.length - one.length)
}

/** A sheet's part by itself is far from the gas and the bytes that a batch may have. */
function sizeOf(part: readonly Standing[]): Size {
  const places = siblingPlaces(
    part[0]?.depth ?? 0,
    part.map(({ index }) => index),
  )
  const [items, siblings] = [part.length, places.flat().length]
  const sum = (of: typeof gasOf) => of.sheet + items * of.item + siblings * of.sibling
  return { items, gas: sum(gasOf), bytes: sum(bytesOf) }
}

function together(one: Size, other: Size): Size {
  return { items: one.items + other.items, gas: one.gas + other.gas, bytes: one.bytes + other.bytes }
}

function fits({ items, gas, bytes }: Size): boolean {
  return items <= mostItems && gas <= mostGas && bytes <= mostBytes
}
