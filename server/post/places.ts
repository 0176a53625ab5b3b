import type { Address, Hex } from 'viem'
import { fromHex, toHex } from '../db/bytes.ts'
import type { Db } from '../db/database.ts'
import type { Siblings } from './packed.ts'
import { growTree, type Leaf, type Tree } from './tree.ts'

/** A note's place on a sheet that is final, with the path to its root that the contract wants. */
export interface Place {
  sheet: Hex
  index: number
  holder: Address
  capCents: bigint
  siblings: Hex[]
}

/** A sheet never changes: a tree once grown serves for as long as it is used. */
const grown = new Map<Hex, Tree>()
const mostGrown = 30

/** Null while the note is on no sheet, or its sheet is not final: then nothing can be proved to the chain. */
export async function placeOf(db: Db, noteId: Hex): Promise<Place | null> {
  const note = await db
    .selectFrom('notes')
    .innerJoin('sheets', 'sheets.id', 'notes.sheet_id')
    .select(['notes.sheet_id', 'notes.leaf_index', 'notes.holder', 'notes.cap_cents'])
    .where('notes.id', '=', fromHex(noteId))
    .where('sheets.state', '<>', 'queued')
    .executeTakeFirst()
  if (note === undefined || note.sheet_id === null || note.leaf_index === null || note.holder === null) return null
  const sheet = toHex(note.sheet_id)
  const tree = await grownTreeOf(db, sheet)
  return {
    sheet,
    index: note.leaf_index,
    holder: toHex(note.holder),
    capCents: note.cap_cents,
    siblings: tree.siblingsOf([note.leaf_index]),
  }
}

/** The trees of these sheets, each once: a batch is proved from them without another look at the database. */
export async function treesOf(db: Db, sheets: Iterable<Hex>): Promise<Map<Hex, Tree>> {
  const trees = new Map<Hex, Tree>()
  for (const sheet of new Set(sheets)) trees.set(sheet, await grownTreeOf(db, sheet))
  return trees
}

/** Proofs from these trees. Throws for a sheet that is not among them. */
export function siblingsIn(trees: ReadonlyMap<Hex, Tree>): Siblings {
  return (sheet, indexes) => {
    const tree = trees.get(sheet)
    if (tree === undefined) throw new Error(`The tree of sheet ${sheet} was not grown`)
    return tree.siblingsOf(indexes)
  }
}

async function grownTreeOf(db: Db, sheet: Hex): Promise<Tree> {
  return grown.get(sheet) ?? (await treeOf(db, sheet))
}

/** Grows a sheet's tree again from its notes and its seed; a tree with another root is a fault nothing may be built on. */
export async function treeOf(db: Db, sheet: Hex): Promise<Tree> {
  const head = await db
    .selectFrom('sheets')
    .select(['depth', 'padding_seed'])
    .where('id', '=', fromHex(sheet))
    .executeTakeFirstOrThrow()
  const tree = growTree(head.depth, await leavesOf(db, sheet), toHex(head.padding_seed))
  if (tree.root !== sheet) throw new Error(`The notes of sheet ${sheet} do not give its root`)
  for (const oldest of grown.keys()) {
    if (grown.size < mostGrown) break
    grown.delete(oldest)
  }
  grown.set(sheet, tree)
  return tree
}

export async function leavesOf(db: Db, sheet: Hex): Promise<Leaf[]> {
  const notes = await db
    .selectFrom('notes')
    .select(['id', 'holder', 'cap_cents', 'leaf_index'])
    .where('sheet_id', '=', fromHex(sheet))
    .execute()
  return notes.map((note) => ({
    index: note.leaf_index ?? -1,
    holder: toHex(note.holder ?? new Uint8Array(20)),
    noteId: toHex(note.id),
    capCents: note.cap_cents,
  }))
}
