import { type Hex, keccak256, stringToHex } from 'viem'
import { receiptTypedData } from '../../../protocol/receipt.ts'
import { spendDigest } from '../../../protocol/spend.ts'
import { type Group, type Item, sheetIdOf, signBatch, signCut } from '../../../server/post/signed.ts'
import { growTree, type Tree } from '../../../server/post/tree.ts'
import type { Act, Ours, SheetPlan, Spend, TownPlan } from './acts.ts'
import { type Deployed, type Evm, keyOf, type Person } from './evm.ts'
import { addressOf, shortIdOf, signDigest } from './signing.ts'

const day = 86_400
const budgetCents = 10n ** 9n
/** Carries the change of a month without ever being short. */
const floatCents = 10n ** 9n
const details = keccak256(stringToHex('details'))

/** Everything that knows how our contracts are called. Encodes and signs by the server's own functions. */
export async function openOurs(evm: Evm, town: TownPlan): Promise<Ours> {
  const vouchers = await openTown(evm, town)
  const where = { chainId: evm.chainId, vouchers: vouchers.address }
  const acceptor = evm.accountOf('acceptor')
  const purposesOf = new Map(town.programmes.map(({ id, purposes }) => [id, purposes]))
  const sheets = new Map<number, { id: Hex; tree: Tree }>()
  const sheetAt = (number: number) => {
    const sheet = sheets.get(number)
    if (sheet === undefined) throw new Error(`Sheet ${number} was not cut`)
    return sheet
  }

  async function cut(plan: SheetPlan): Promise<number> {
    const { programme, depth, committedCents, validUntil, closesAt } = plan
    const leaves = plan.leaves.map(({ note, place, capCents }) => {
      return { index: place, holder: addressOf(holder(note)), noteId: noteId(note), capCents }
    })
    const tree = growTree(depth, leaves, keyOf(`padding ${plan.number}`))
    const salt = keyOf(`salt ${plan.number}`)
    const terms = { validUntil, closesAt, purposes: purposesOf.get(programme) ?? 0, depth, committedCents }
    const id = sheetIdOf(programme, tree.root, terms, salt)
    sheets.set(plan.number, { id, tree })
    const [dataHash, signature] = [keyOf(`leaf file ${plan.number}`), await signCut(where, acceptor, id)]
    return await vouchers.send('issuer', 'cutSheet', [
      ...[programme, tree.root, terms, plan.grantedCents, salt, dataHash, signature],
    ])
  }

  async function itemOf(spend: Spend): Promise<Item> {
    const { note, place, capCents, amountCents } = spend
    const signed = spendOf(spend)
    const signature = await signDigest(holder(note), spendDigest(where.chainId, where.vouchers, signed))
    const proof = sheetAt(spend.sheet).tree.proofOf(place)
    return { index: place, capCents, amountCents, spend: signed, signature, proof }
  }

  async function redeem(spends: readonly Spend[]): Promise<number> {
    const bySheetAndShop = Map.groupBy(spends, ({ sheet, merchant }) => `${sheet} ${merchant}`)
    const groups: Group[] = []
    for (const [first, ...rest] of bySheetAndShop.values()) {
      if (first === undefined) continue
      const items = await Promise.all([first, ...rest].map(itemOf))
      groups.push({ sheet: sheetAt(first.sheet).id, merchant: first.merchant, items })
    }
    return await vouchers.send('relayer', 'redeem', [groups, await signBatch(where, acceptor, groups)])
  }

  async function refund({ number, spend, cents }: Act & { kind: 'refund' }): Promise<number> {
    const { id, tree } = sheetAt(spend.sheet)
    const { noteId, merchant, commitment } = spendOf(spend)
    const receipt = { noteId, merchant, amountCents: spend.amountCents, commitment, details }
    const signature = await acceptor.signTypedData(receiptTypedData(where.chainId, where.vouchers, receipt))
    const { note, place, capCents } = spend
    const proof = tree.proofOf(place)
    const standing = { sheet: id, index: place, holder: addressOf(holder(note)), capCents, proof }
    return await vouchers.send('finance', 'refund', [
      shortIdOf(`refund ${number}`),
      standing,
      receipt,
      signature,
      cents,
    ])
  }

  return {
    owedCents: (merchant) => vouchers.read('owedCents', [merchant]),
    async gasOf(act) {
      if (act.kind === 'cut') return await cut(act.sheet)
      if (act.kind === 'redeem') return await redeem(act.spends)
      if (act.kind === 'refund') return await refund(act)
      if (act.kind === 'reclaim') return await vouchers.send('acceptor', 'reclaim', [act.programme, act.cents])
      const { id } = sheetAt(act.sheet)
      if (act.kind === 'revoke') return await vouchers.send('acceptor', 'revoke', [id, act.places])
      if (act.kind === 'release') return await vouchers.send('acceptor', 'release', [id, act.cents])
      return await vouchers.send('acceptor', 'closeSheet', [id])
    },
  }
}

async function openTown(evm: Evm, { programmes, merchants }: TownPlan): Promise<Deployed> {
  const addressOf = (person: Person) => evm.accountOf(person).address
  const token = await evm.deploy('BudgetToken', [addressOf('admin')])
  const registry = await evm.deploy('MerchantRegistry', [addressOf('admin')])
  const windows = [7 * day, 35 * day]
  const vouchers = await evm.deploy('Vouchers', [token.address, registry.address, addressOf('admin'), ...windows])
  await token.send('admin', 'setVouchers', [vouchers.address])
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
