import { randomBytes } from 'node:crypto'
import { createWalletClient, custom, type Hex, keccak256, type TransactionReceipt, toHex } from 'viem'
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { type Spend, spendTypedData } from '../../protocol/spend.ts'
import { abis, type CallArgs, type CallName, type Target } from '../../server/chain/abis.ts'
import type { Appliers } from '../../server/chain/indexer.ts'
import type { Lane } from '../../server/chain/outbox.ts'
import type { Posting } from '../../server/post/packed.ts'
import { type Group, signBatch, signCut } from '../../server/post/signed.ts'
import { depthFor, growTree, type Tree } from '../../server/post/tree.ts'
import { type ChainTown, chainTown } from './chain.ts'

export interface SheetOnChain {
  id: Hex
  tree: Tree
  notes: { index: number; key: PrivateKeyAccount; noteId: Hex; capCents: bigint }[]
}

const day = 86_400
const programme = 1
const capCents = 2_000n

/** A chain with a funded programme and shops, whose sheets are cut and spends signed with no server between. */
export class PostingTown {
  readonly chain: ChainTown
  readonly sheets = new Map<Hex, SheetOnChain>()

  private constructor(chain: ChainTown) {
    this.chain = chain
  }

  static async open(shops: number, appliers: Appliers = {}): Promise<PostingTown> {
    const town = new PostingTown(await chainTown(appliers))
    const cents = 100_000_000n
    await town.send('admin', 'vouchers', 'openProgramme', [programme, town.chain.keys.issuer.address, cents])
    await town.send('treasury', 'budgetToken', 'mint', [keccak256('0x01'), 2n * cents])
    await town.send('treasury', 'vouchers', 'fund', [programme, cents, cents, 0n])
    for (let shop = 1; shop <= shops; shop++) await town.send('registrar', 'merchantRegistry', 'register', [shop, 1])
    return town
  }

  /** Sends one call and waits until it is mined. @throws when the contract refuses. */
  async send<T extends Target, F extends CallName<T>>(
    lane: Lane,
    target: T,
    functionName: F,
    args: CallArgs<T, F>,
  ): Promise<TransactionReceipt> {
    const { link, opened, keys } = this.chain
    const wallet = createWalletClient({ transport: custom(opened.client) })
    const call = { address: link.contracts[target], abi: abis[target], functionName, args, account: keys[lane] }
    const hash = await wallet.writeContract({ ...call, chain: null } as never)
    const receipt = await opened.client.waitForTransactionReceipt({ hash })
    if (receipt.status !== 'success') throw new Error(`${functionName} reverted`)
    return receipt
  }

  /** A sheet with so many notes in random places. */
  async cutSheet(count: number): Promise<SheetOnChain> {
    const depth = depthFor(count)
    const places = [...Array(2 ** depth).keys()].map((place) => ({ place, at: randomBytes(4).readUInt32BE() }))
    const chosen = places.sort((one, other) => one.at - other.at).slice(0, count)
    const notes = chosen.map(({ place: index }) => {
      const key = privateKeyToAccount(generatePrivateKey())
      return { index, key, noteId: toHex(randomBytes(16)), capCents }
    })
    const leaves = notes.map(({ key, ...leaf }) => ({ ...leaf, holder: key.address }))
    const tree = growTree(depth, leaves, toHex(randomBytes(32)))
    const validUntil = Math.floor(Date.now() / 1000) + 30 * day
    const committedCents = BigInt(count) * capCents
    const cut = {
      ...{ root: tree.root, programme, validUntil, closesAt: validUntil + 36 * day, purposes: 1, depth },
      ...{ committedCents, grantedCents: committedCents, dataHash: keccak256('0x02') },
    }
    const { keys, opened } = this.chain
    await this.send('issuer', 'vouchers', 'cutSheet', [cut, await signCut(opened.facts, keys.acceptor, cut)])
    const sheet = { id: tree.root, tree, notes }
    this.sheets.set(sheet.id, sheet)
    return sheet
  }

  async spend(sheet: SheetOnChain, note: SheetOnChain['notes'][number], merchant: number, cents: bigint) {
    const { chainId, vouchers } = this.chain.opened.facts
    const deadline = BigInt(Math.floor(Date.now() / 1000) + 60 * day)
    const commitment = toHex(randomBytes(16))
    const spend: Spend = { noteId: note.noteId, merchant, mostCents: note.capCents, deadline, commitment }
    const signature = await note.key.signTypedData(spendTypedData(chainId, vouchers, spend))
    return { sheet: sheet.id, index: note.index, capCents, amountCents: cents, spend, signature } satisfies Posting
  }

  /** Posted with the acceptor's signature, carried by the relayer. */
  async redeem(groups: readonly Group[]): Promise<TransactionReceipt> {
    const { keys, opened } = this.chain
    return await this.send('relayer', 'vouchers', 'redeem', [
      await signBatch(opened.facts, keys.acceptor, groups),
      groups,
    ])
  }

  readonly siblingsOf = (sheet: Hex, indexes: readonly number[]) => {
    const { tree } = this.sheets.get(sheet) as SheetOnChain
    return tree.siblingsOf(indexes)
  }

  async close(): Promise<void> {
    await this.chain.close()
  }
}
