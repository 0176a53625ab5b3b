import { type BaseWallet, type BigNumberish, dataSlice, hexlify, id, randomBytes, type Signer, Wallet } from 'ethers'
import { as, DAY, FOOD, GRACE, now, PROGRAMME, type Town } from './town.ts'
import { growTree, type Leaf, type Tree } from './tree.ts'

export interface Note extends Leaf {
  wallet: BaseWallet
}

export interface SheetTerms {
  validUntil: bigint
  closesAt: bigint
  purposes: number
  depth: number
  committedCents: bigint
}

export interface Sheet {
  id: string
  programme: number
  salt: string
  terms: SheetTerms
  notes: Note[]
  tree: Tree
}

export interface SheetWishes extends Partial<SheetTerms> {
  programme?: number
  /** The caps of its notes, in the order of their places. */
  caps?: bigint[]
  notes?: Note[]
  grantedCents?: bigint
  salt?: string
}

let walletsMade = 0

/** A holder whose key is a hash of a counter: the same in every run. */
export function newWallet(): BaseWallet {
  return new Wallet(id(`holder ${walletsMade++}`))
}

export function newNote(index: number, capCents: bigint): Note {
  const wallet = newWallet()
  return { index, wallet, holder: wallet.address, noteId: newNoteId(), capCents }
}

export function newNoteId(): string {
  return hexlify(randomBytes(16))
}

/** A sheet as it would be cut, not yet on chain. By default four notes of 10 € in a tree of eight places. */
export async function drawUp(town: Town, wishes: SheetWishes = {}): Promise<Sheet> {
  const notes = wishes.notes ?? (wishes.caps ?? [1_000n, 1_000n, 1_000n, 1_000n]).map((cap, i) => newNote(i, cap))
  const validUntil = wishes.validUntil ?? (await now()) + 30n * DAY
  const terms = {
    validUntil,
    closesAt: wishes.closesAt ?? validUntil + GRACE,
    purposes: wishes.purposes ?? FOOD,
    depth: wishes.depth ?? 3,
    committedCents: wishes.committedCents ?? notes.reduce((sum, { capCents }) => sum + capCents, 0n),
  }
  const programme = wishes.programme ?? PROGRAMME
  const salt = wishes.salt ?? hexlify(randomBytes(32))
  const tree = growTree(terms.depth, notes)
  return { id: await town.vouchers.sheetIdOf(programme, tree.root, terms, salt), programme, salt, terms, notes, tree }
}

/** Sends the cut of a sheet that was drawn up; the acceptor has signed it. */
export async function cut(
  town: Town,
  sheet: Sheet,
  grantedCents = sheet.terms.committedCents,
  by: Signer = town.issuer,
) {
  const signature = await signCut(town, sheet.id, town.acceptor)
  const { programme, tree, terms, salt } = sheet
  return as(town.vouchers, by).cutSheet(programme, tree.root, terms, grantedCents, salt, id('leaf file'), signature)
}

/** A sheet that is on chain. */
export async function newSheet(town: Town, wishes: SheetWishes = {}): Promise<Sheet> {
  const sheet = await drawUp(town, wishes)
  await cut(town, sheet, wishes.grantedCents)
  return sheet
}

export async function signCut(town: Town, sheet: string, signer: Signer): Promise<string> {
  return signer.signTypedData(await domainOf(town), { Cut: [{ name: 'sheet', type: 'bytes32' }] }, { sheet })
}

export async function domainOf(town: Town) {
  const { chainId } = await town.vouchers.runner!.provider!.getNetwork()
  return { name: 'Kipina', version: '1', chainId, verifyingContract: await town.vouchers.getAddress() }
}

/** Where a note stands, for what is proved without its spend. */
export function placeOf(sheet: Sheet, note: Note) {
  const { index, holder, capCents } = note
  return { sheet: sheet.id, index: index as BigNumberish, holder, capCents, proof: sheet.tree.proofOf(index) }
}

/** 16 bytes from words. */
export function shortId(words: string): string {
  return dataSlice(id(words), 0, 16)
}
