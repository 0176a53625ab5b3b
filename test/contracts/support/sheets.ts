import {
  AbiCoder,
  type BaseWallet,
  dataSlice,
  hexlify,
  id,
  keccak256,
  randomBytes,
  Signature,
  type Signer,
  Wallet,
} from 'ethers'
import { as, DAY, FOOD, GRACE, now, PROGRAMME, type Town } from './town.ts'
import { growTree, type Leaf, type Tree } from './tree.ts'

export interface Note extends Leaf {
  wallet: BaseWallet
}

/** What `Vouchers.cutSheet` takes. */
export interface Cut {
  root: string
  programme: number
  validUntil: bigint
  closesAt: bigint
  purposes: number
  depth: number
  committedCents: bigint
  grantedCents: bigint
  dataHash: string
}

export interface Sheet {
  /** Its tree's root. */
  id: string
  cut: Cut
  notes: Note[]
  tree: Tree
}

export interface SheetWishes extends Partial<Omit<Cut, 'root'>> {
  /** The caps of its notes, in the order of their places. */
  caps?: bigint[]
  notes?: Note[]
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
export async function drawUp(wishes: SheetWishes = {}): Promise<Sheet> {
  const notes = wishes.notes ?? (wishes.caps ?? [1_000n, 1_000n, 1_000n, 1_000n]).map((cap, i) => newNote(i, cap))
  const validUntil = wishes.validUntil ?? (await now()) + 30n * DAY
  const depth = wishes.depth ?? 3
  const committedCents = wishes.committedCents ?? notes.reduce((sum, { capCents }) => sum + capCents, 0n)
  const tree = growTree(depth, notes)
  const cut = {
    root: tree.root,
    programme: wishes.programme ?? PROGRAMME,
    validUntil,
    closesAt: wishes.closesAt ?? validUntil + GRACE,
    purposes: wishes.purposes ?? FOOD,
    depth,
    committedCents,
    grantedCents: wishes.grantedCents ?? committedCents,
    dataHash: wishes.dataHash ?? id('leaf file'),
  }
  return { id: tree.root, cut, notes, tree }
}

/** Sends the cut of a sheet that was drawn up; the acceptor has signed it. */
export async function cut(town: Town, sheet: Sheet, by: Signer = town.issuer) {
  return as(town.vouchers, by).cutSheet(sheet.cut, await signCut(town, sheet.cut, town.acceptor))
}

/** A sheet that is on chain. */
export async function newSheet(town: Town, wishes: SheetWishes = {}): Promise<Sheet> {
  const sheet = await drawUp(wishes)
  await cut(town, sheet)
  return sheet
}

export const cutTypes = ['tuple(bytes32,uint32,uint40,uint40,uint8,uint8,uint64,uint64,bytes32)']

export async function signCut(town: Town, cut: Cut, signer: Signer): Promise<Compact> {
  const content = keccak256(AbiCoder.defaultAbiCoder().encode(cutTypes, [Object.values(cut)]))
  const types = { Cut: [{ name: 'content', type: 'bytes32' }] }
  return compact(await signer.signTypedData(await domainOf(town), types, { content }))
}

/** A signature as the contracts take it (ERC-2098). */
export interface Compact {
  r: string
  vs: string
}

export function compact(signature: string): Compact {
  const { r, yParityAndS } = Signature.from(signature)
  return { r, vs: yParityAndS }
}

export async function domainOf(town: Town) {
  const { chainId } = await town.vouchers.runner!.provider!.getNetwork()
  return { name: 'Kipina', version: '1', chainId, verifyingContract: await town.vouchers.getAddress() }
}

/** Where a note stands, for what is proved without its spend. */
export function placeOf(sheet: Sheet, note: Note) {
  const { index, holder, capCents } = note
  return { sheet: sheet.id, index, holder, capCents, siblings: sheet.tree.siblingsOf([index]) }
}

/** 16 bytes from words. */
export function shortId(words: string): string {
  return dataSlice(id(words), 0, 16)
}
