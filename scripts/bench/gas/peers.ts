import type { Address } from 'viem'
import type { Deployed, Evm } from './evm.ts'
import type { Forwarder, Wish } from './forwarder.ts'
import { addressOf } from './signing.ts'

export const standards = ['erc20', 'erc6909', 'erc1155'] as const
export type Standard = (typeof standards)[number]

/** Value of a programme at one holder, named by the words of its key. */
export interface Holding {
  holder: string
  programme: number
  cents: bigint
}

export interface Transfer extends Holding {
  to: Address
}

/**
 * Vouchers as a library's token: balances of long-lived addresses, no notes and no change. An ERC-20 is one token for all
 * programmes, which keeps no purpose apart and is the cheapest; of the others, an id is a programme.
 */
export interface Peer {
  /** Mints in one transaction; its gas. */
  issue(holdings: readonly Holding[]): Promise<number>
  /** Burns in one transaction; its gas. */
  takeBack(holdings: readonly Holding[]): Promise<number>
  /** What a holder signs for the forwarder to carry. */
  wishOf(transfer: Transfer): Wish
  /** The holder pays its own gas: `holder` is the bench's own account of that name. */
  transferByHolder(to: Address, programme: number, cents: bigint): Promise<number>
  balanceOf(holder: Address, programme: number): Promise<bigint>
}

const contracts: Record<Standard, string> = { erc20: 'PeerERC20', erc6909: 'PeerERC6909', erc1155: 'PeerERC1155' }

/** Deploys one; with a forwarder, the one that believes it. */
export async function openPeer(evm: Evm, standard: Standard, forwarder: Forwarder | null): Promise<Peer> {
  const name = contracts[standard]
  const token: Deployed =
    forwarder === null ? await evm.deploy(name) : await evm.deploy(`Gasless${name}`, [forwarder.address])
  const hasIds = standard !== 'erc20'

  function columns(holdings: readonly Holding[]): unknown[] {
    const holders = holdings.map(({ holder }) => addressOf(holder))
    const ids = holdings.map(({ programme }) => BigInt(programme))
    const cents = holdings.map((holding) => holding.cents)
    return hasIds ? [holders, ids, cents] : [holders, cents]
  }

  /** Function and arguments, as each standard calls it. */
  function transferOf(from: Address, to: Address, programme: number, cents: bigint): [string, unknown[]] {
    if (standard === 'erc20') return ['transfer', [to, cents]]
    if (standard === 'erc6909') return ['transfer', [to, BigInt(programme), cents]]
    return ['safeTransferFrom', [from, to, BigInt(programme), cents, '0x']]
  }

  return {
    issue: (holdings) => token.send('admin', 'issue', columns(holdings)),
    takeBack: (holdings) => token.send('admin', 'takeBack', columns(holdings)),
    wishOf({ holder, to, programme, cents }) {
      return {
        from: holder,
        to: token.address,
        data: token.dataOf(...transferOf(addressOf(holder), to, programme, cents)),
      }
    },
    transferByHolder(to, programme, cents) {
      return token.send('holder', ...transferOf(evm.accountOf('holder').address, to, programme, cents))
    },
    balanceOf(holder, programme) {
      return token.read('balanceOf', hasIds ? [holder, BigInt(programme)] : [holder])
    },
  }
}
