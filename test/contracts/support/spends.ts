import { keccak256, type Signer } from 'ethers'
import { domainOf, type Note, type Sheet, shortId } from './sheets.ts'
import { as, GROCER, type Town } from './town.ts'

export const spendTypes = {
  Spend: [
    { name: 'noteId', type: 'bytes16' },
    { name: 'merchant', type: 'uint32' },
    { name: 'mostCents', type: 'uint64' },
    { name: 'deadline', type: 'uint64' },
    { name: 'commitment', type: 'bytes16' },
  ],
}

export const receiptTypes = {
  Receipt: [
    { name: 'noteId', type: 'bytes16' },
    { name: 'merchant', type: 'uint32' },
    { name: 'amountCents', type: 'uint64' },
    { name: 'commitment', type: 'bytes16' },
    { name: 'details', type: 'bytes32' },
  ],
}

export interface Spend {
  noteId: string
  merchant: number
  mostCents: bigint
  deadline: bigint
  commitment: string
}

export interface Item {
  index: number
  capCents: bigint
  amountCents: bigint
  spend: Spend
  signature: string
  proof: string[]
}

export interface Group {
  sheet: string
  merchant: number
  items: Item[]
}

export interface Receipt {
  noteId: string
  merchant: number
  amountCents: bigint
  commitment: string
  details: string
}

export interface SpendWishes extends Partial<Spend> {
  amountCents?: bigint
  /** Who signs, if not the note's holder. */
  signer?: Signer
}

const skipReasons = [
  'AlreadyUsed',
  'SheetClosed',
  'DeadlinePassed',
  'SheetExhausted',
  'ProgrammeExhausted',
  'MerchantUnknown',
  'MerchantSuspended',
  'PurposeNotAllowed',
  'Guaranteed',
] as const

/** The number of `IVouchers.SkipReason` by its word. */
export function skip(reason: (typeof skipReasons)[number]): number {
  return skipReasons.indexOf(reason)
}

const details = `0x${'d5'.repeat(32)}`

/** An accepted spend of a note, ready to post. By default all of it, at the grocer's. */
export async function spendOf(town: Town, sheet: Sheet, note: Note, wishes: SpendWishes = {}): Promise<Item> {
  const { amountCents = note.capCents, signer = note.wallet } = wishes
  const spend: Spend = {
    noteId: wishes.noteId ?? note.noteId,
    merchant: wishes.merchant ?? GROCER,
    mostCents: wishes.mostCents ?? amountCents,
    deadline: wishes.deadline ?? sheet.terms.closesAt,
    commitment: wishes.commitment ?? shortId('charge'),
  }
  const signature = await signer.signTypedData(await domainOf(town), spendTypes, spend)
  const proof = sheet.tree.proofOf(note.index)
  return { index: note.index, capCents: note.capCents, amountCents, spend, signature, proof }
}

/** The items of one sheet as groups, one for each merchant they were signed for. */
export function groupsOf(sheet: Sheet, items: readonly Item[]): Group[] {
  const byMerchant = Map.groupBy(items, ({ spend }) => spend.merchant)
  return [...byMerchant].map(([merchant, its]) => ({ sheet: sheet.id, merchant, items: its }))
}

export async function signBatch(town: Town, groups: readonly Group[], signer: Signer): Promise<string> {
  const coder = town.vouchers.interface.getAbiCoder()
  const groupsType = town.vouchers.interface.getFunction('batchDigest')!.inputs[0]
  const content = keccak256(coder.encode([groupsType], [groups]))
  return signer.signTypedData(await domainOf(town), { Batch: [{ name: 'content', type: 'bytes32' }] }, { content })
}

/** Posts with the acceptor's signature, carried by the relayer. */
export async function redeem(town: Town, groups: readonly Group[], carrier: Signer = town.relayer) {
  return as(town.vouchers, carrier).redeem(groups, await signBatch(town, groups, town.acceptor))
}

/** Spends and posts a note in one go. */
export async function redeemNote(town: Town, sheet: Sheet, note: Note, wishes: SpendWishes = {}) {
  return redeem(town, groupsOf(sheet, [await spendOf(town, sheet, note, wishes)]))
}

export function receiptOf(item: Item, changes: Partial<Receipt> = {}): Receipt {
  const { noteId, merchant, commitment } = item.spend
  return { noteId, merchant, amountCents: item.amountCents, commitment, details, ...changes }
}

export async function signReceipt(town: Town, receipt: Receipt, signer: Signer = town.acceptor): Promise<string> {
  return signer.signTypedData(await domainOf(town), receiptTypes, receipt)
}

/** What a till keeps of an item besides the item. */
export async function receiptProofOf(town: Town, item: Item, changes: Partial<Receipt> = {}, signer?: Signer) {
  const receipt = receiptOf(item, changes)
  return { details: receipt.details, signature: await signReceipt(town, receipt, signer) }
}

/** Posts with receipts, by anybody. */
export async function redeemWithReceipts(town: Town, groups: readonly Group[], by: Signer = town.stranger) {
  const receipts = await Promise.all(
    groups.map(({ items }) => Promise.all(items.map((item) => receiptProofOf(town, item)))),
  )
  return as(town.vouchers, by).redeemWithReceipts(groups, receipts)
}

export async function payGuarantee(town: Town, sheet: Sheet, item: Item, by: Signer = town.finance) {
  const { details, signature } = await receiptProofOf(town, item)
  return as(town.vouchers, by).payGuarantee(sheet.id, item.spend.merchant, item, details, signature)
}
