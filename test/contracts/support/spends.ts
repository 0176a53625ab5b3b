import { concat, dataSlice, keccak256, type Signer, type TypedDataDomain, ZeroHash } from 'ethers'
import { type Compact, compact, domainOf, type Note, type Sheet, shortId } from './sheets.ts'
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

/** An accepted spend of a note, before it is packed. */
export interface Item {
  index: number
  capCents: bigint
  amountCents: bigint
  spend: Spend
  signature: Compact
}

/** As `IVouchersTypes.Item`. */
export interface PackedItem {
  holder: Compact
  note: string
  terms: bigint
}

export interface Group {
  sheet: string
  merchants: number[]
  items: PackedItem[]
  siblings: string[]
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
  'None',
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
    deadline: wishes.deadline ?? sheet.cut.closesAt,
    commitment: wishes.commitment ?? shortId('charge'),
  }
  const signature = compact(await signer.signTypedData(await domainOf(town), spendTypes, spend))
  return { index: note.index, capCents: note.capCents, amountCents, spend, signature }
}

export function pack(
  { index, capCents, amountCents, spend, signature }: Item,
  merchants: readonly number[],
): PackedItem {
  const position = BigInt(merchants.indexOf(spend.merchant))
  const fields = [amountCents, spend.mostCents, capCents, spend.deadline, BigInt(index)]
  const terms = fields.reduce((word, field, i) => word | (field << BigInt(40 * i)), position << 184n)
  return { holder: signature, note: concat([spend.noteId, spend.commitment]), terms }
}

/** The items of one sheet as the one group that they make. */
export function groupOf(sheet: Sheet, items: readonly Item[]): Group {
  const merchants = [...new Set(items.map(({ spend }) => spend.merchant))].sort((one, other) => one - other)
  const sorted = [...items].sort((one, other) => one.index - other.index)
  return {
    sheet: sheet.id,
    merchants,
    items: sorted.map((item) => pack(item, merchants)),
    siblings: sheet.tree.siblingsOf(sorted.map(({ index }) => index)),
  }
}

const noSignature: Compact = { r: ZeroHash, vs: ZeroHash }

export async function signBatch(
  town: Town,
  groups: readonly Group[],
  signer: Signer,
  domain?: TypedDataDomain,
): Promise<Compact> {
  const call = town.vouchers.interface.encodeFunctionData('redeem', [noSignature, groups])
  const content = keccak256(dataSlice(call, 4 + 64))
  const types = { Batch: [{ name: 'content', type: 'bytes32' }] }
  return compact(await signer.signTypedData(domain ?? (await domainOf(town)), types, { content }))
}

/** Posts with the acceptor's signature, carried by the relayer. */
export async function redeem(town: Town, groups: readonly Group[], carrier: Signer = town.relayer) {
  return as(town.vouchers, carrier).redeem(await signBatch(town, groups, town.acceptor), groups)
}

/** Spends and posts a note in one go. */
export async function redeemNote(town: Town, sheet: Sheet, note: Note, wishes: SpendWishes = {}) {
  return redeem(town, [groupOf(sheet, [await spendOf(town, sheet, note, wishes)])])
}

export function receiptOf(item: Item, changes: Partial<Receipt> = {}): Receipt {
  const { noteId, merchant, commitment } = item.spend
  return { noteId, merchant, amountCents: item.amountCents, commitment, details, ...changes }
}

export async function signReceipt(town: Town, receipt: Receipt, signer: Signer = town.acceptor): Promise<Compact> {
  return compact(await signer.signTypedData(await domainOf(town), receiptTypes, receipt))
}

/** What a till keeps of an item besides the item. */
export async function receiptProofOf(town: Town, item: Item, changes: Partial<Receipt> = {}, signer?: Signer) {
  const receipt = receiptOf(item, changes)
  return { details: receipt.details, acceptor: await signReceipt(town, receipt, signer) }
}

/** Posts one item as the acceptor itself. */
export async function redeemOne(town: Town, sheet: Sheet, item: Item, by: Signer = town.acceptor) {
  const { merchant } = item.spend
  const siblings = sheet.tree.siblingsOf([item.index])
  return as(town.vouchers, by).redeemOne(sheet.id, merchant, pack(item, [merchant]), siblings)
}

/** Posts items of one sheet with their receipts, by anybody. */
export async function redeemWithReceipts(town: Town, sheet: Sheet, items: readonly Item[], by: Signer = town.stranger) {
  const sorted = [...items].sort((one, other) => one.index - other.index)
  const receipts = await Promise.all(sorted.map((item) => receiptProofOf(town, item)))
  return as(town.vouchers, by).redeemWithReceipts([groupOf(sheet, sorted)], [receipts])
}

export async function payGuarantee(town: Town, sheet: Sheet, item: Item, by: Signer = town.finance) {
  const { merchant } = item.spend
  const receipt = await receiptProofOf(town, item)
  const siblings = sheet.tree.siblingsOf([item.index])
  return as(town.vouchers, by).payGuarantee(sheet.id, merchant, pack(item, [merchant]), siblings, receipt)
}

export interface Redemption {
  index: number
  merchant: number
  amountCents: bigint
}

/** What `Redeemed` tells of an item that was not passed over. */
export function wordOf({ index, spend, amountCents }: Item): bigint {
  return (BigInt(index) << 96n) | (BigInt(spend.merchant) << 64n) | amountCents
}

/** What a packed `Redeemed` tells. */
export function redemptionsOf(words: readonly bigint[]): Redemption[] {
  return words
    .filter((word) => word !== 0n)
    .map((word) => ({
      index: Number(word >> 96n),
      merchant: Number((word >> 64n) & 0xffff_ffffn),
      amountCents: word & 0xffff_ffff_ffff_ffffn,
    }))
}
