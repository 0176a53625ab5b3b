import { type Hex, keccak256, stringToHex } from 'viem'
import { receiptTypedData } from '../../../protocol/receipt.ts'
import { spendDigest } from '../../../protocol/spend.ts'
import { groupsOf, type Posting, singleOf } from '../../../server/post/packed.ts'
import { siblingsIn } from '../../../server/post/places.ts'
import { compact, signBatch, signCut } from '../../../server/post/signed.ts'
import { growTree, type Tree } from '../../../server/post/tree.ts'
import type { Act, Ours, Refund, SheetPlan, Spend, TownPlan } from './acts.ts'
import { type Deployed, type Evm, keyOf, type Person } from './evm.ts'
import { addressOf, shortIdOf, signDigest } from './signing.ts'

const day = 86_400
const budgetCents = 10n ** 9n
/** Carries the change of a month without ever being short. */
const floatCents = 10n ** 9n
const details = keccak256(stringToHex('details'))

type Call = readonly [from: Person, functionName: string, args: readonly unknown[]]

/** Everything that knows how our contracts are called. Encodes and signs by the server's own functions. */
export async function openOurs(evm: Evm, town: TownPlan): Promise<Ours> {
  const vouchers = await openTown(evm, town)
  const where = { chainId: evm.chainId, vouchers: vouchers.address }
  const acceptor = evm.accountOf('acceptor')
  const purposesOf = new Map(town.programmes.map(({ id, purposes }) => [id, purposes]))
  const sheets = new Map<number, Tree>()
  const trees = new Map<Hex, Tree>()
  const sheetAt = (number: number) => {
    const sheet = sheets.get(number)
    if (sheet === undefined) throw new Error(`Sheet ${number} was not cut`)
    return sheet
  }

  async function cutOf(plan: SheetPlan): Promise<Call> {
    const { number, programme, depth, committedCents, grantedCents, validUntil, closesAt } = plan
    const leaves = plan.leaves.map(({ note, place, capCents }) => {
      return { index: place, holder: addressOf(holder(note)), noteId: noteId(note), capCents }
    })
    const tree = growTree(depth, leaves, keyOf(`padding ${number}`))
    sheets.set(number, tree)
    trees.set(tree.root, tree)
    const terms = { programme, validUntil, closesAt, purposes: purposesOf.get(programme) ?? 0, depth }
    const cut = { root: tree.root, ...terms, committedCents, grantedCents, dataHash: keyOf(`leaf file ${number}`) }
    return ['issuer', 'cutSheet', [cut, await signCut(where, acceptor, cut)]]
  }

  async function postingOf(spend: Spend): Promise<Posting> {
    const { note, place, capCents, amountCents } = spend
    const signed = spendOf(spend)
    const signature = await signDigest(holder(note), spendDigest(where.chainId, where.vouchers, signed))
    return { sheet: sheetAt(spend.sheet).root, index: place, capCents, amountCents, spend: signed, signature }
  }

  /** One alone goes as the server sends it: by the acceptor itself. */
  async function redeemOf(spends: readonly Spend[]): Promise<Call> {
    const postings = await Promise.all(spends.map(postingOf))
    const [alone, ...others] = postings
    if (alone !== undefined && others.length === 0) {
      const { sheet, merchant, item, siblings } = singleOf(alone, siblingsIn(trees))
      return ['acceptor', 'redeemOne', [sheet, merchant, item, siblings]]
    }
    const groups = groupsOf(postings, siblingsIn(trees))
    return ['relayer', 'redeem', [await signBatch(where, acceptor, groups), groups]]
  }

  async function refundOf({ number, spend, cents, refundedBeforeCents }: Refund) {
    const { noteId, merchant, commitment } = spendOf(spend)
    const receipt = { noteId, merchant, amountCents: spend.amountCents, commitment, details }
    const typed = receiptTypedData(where.chainId, where.vouchers, receipt)
    const signed = compact(await acceptor.signTypedData(typed))
    const { note, place: index, capCents } = spend
    const { root: sheet, siblingsOf } = sheetAt(spend.sheet)
    const place = { sheet, index, holder: addressOf(holder(note)), capCents, siblings: siblingsOf([index]) }
    const refundId = shortIdOf(`refund ${number}`)
    return { refundId, place, receipt, acceptor: signed, cents, refundedBeforeCents }
  }

  async function callOf(act: Act): Promise<Call> {
    if (act.kind === 'cut') return await cutOf(act.sheet)
    if (act.kind === 'redeem') return await redeemOf(act.spends)
    if (act.kind === 'refund') return ['finance', 'refund', [await Promise.all(act.refunds.map(refundOf))]]
    if (act.kind === 'reclaim') return ['acceptor', 'reclaim', [act.reclaims]]
    const rootOf = (sheet: number) => sheetAt(sheet).root
    if (act.kind === 'close') return ['acceptor', 'closeSheet', [rootOf(act.sheet)]]
    if (act.kind === 'release') {
      return ['acceptor', 'release', [act.releases.map(({ sheet, cents }) => ({ sheet: rootOf(sheet), cents }))]]
    }
    const revocations = act.revocations.map(({ sheet, places }) => ({ sheet: rootOf(sheet), indexes: places }))
    return ['acceptor', 'revoke', [revocations]]
  }

  return {
    owedCents: (merchant) => vouchers.read('owedCents', [merchant]),
    gasOf: async (act) => vouchers.send(...(await callOf(act))),
  }
}

async function openTown(evm: Evm, { programmes, merchants }: TownPlan): Promise<Deployed> {
  const addressOf = (person: Person) => evm.accountOf(person).address
  const token = await evm.deploy('BudgetToken', [addressOf('admin')])
  const registry = await evm.deploy('MerchantRegistry', [addressOf('admin')])
  const windows = [7 * day, 35 * day]
  const vouchers = await evm.deploy('Vouchers', [token.address, registry.address, addressOf('admin'), ...windows])
  await token.send('admin', 'setVouchers', [vouchers.address])
  await registry.send('admin', 'follow', [vouchers.address])
  const give = (of: Deployed, role: string, person: Person) =>
    of.send('admin', 'grantRole', [keccak256(stringToHex(role)), addressOf(person)])
  await give(token, 'TREASURY_ROLE', 'treasury')
  await give(registry, 'REGISTRAR_ROLE', 'registrar')
  await give(vouchers, 'TREASURY_ROLE', 'treasury')
  await give(vouchers, 'ACCEPTOR_ROLE', 'acceptor')
  await give(vouchers, 'FINANCE_ROLE', 'finance')
  for (const { id, purposes } of merchants) await registry.send('registrar', 'register', [id, purposes])

  const cents = BigInt(programmes.length) * (budgetCents + floatCents)
  await token.send('treasury', 'mint', [keccak256(stringToHex('bank entry')), cents])
  await token.send('treasury', 'approve', [vouchers.address, cents])
  for (const { id } of programmes) {
    await vouchers.send('admin', 'openProgramme', [id, addressOf('issuer'), budgetCents])
    await vouchers.send('treasury', 'fund', [id, budgetCents, floatCents, 0n])
  }
  return vouchers
}

function spendOf({ note, merchant, mostCents, deadline }: Spend) {
  return { noteId: noteId(note), merchant, mostCents, deadline, commitment: shortIdOf(`charge ${note}`) }
}

const holder = (note: number) => `holder ${note}`
const noteId = (note: number) => shortIdOf(`note ${note}`)
