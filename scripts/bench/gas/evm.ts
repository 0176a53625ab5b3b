import hre from 'hardhat'
import {
  type Abi,
  type Address,
  encodeDeployData,
  encodeFunctionData,
  type Hex,
  keccak256,
  numberToHex,
  stringToHex,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

/** The newest rules that are live on Ethereum's mainnet: EIP-7623 prices calldata, EIP-7825 caps a transaction. */
const hardfork = 'osaka'
/** EIP-7825: no transaction may ask for more. */
const mostGas = 2n ** 24n
/** Chain time is set, never read from a clock, so that the same seed gives the same blocks. */
const firstDate = '2027-01-01T00:00:00Z'

/** Who sends transactions and signs for the town; the same keys in every run. */
const people = ['admin', 'treasury', 'issuer', 'acceptor', 'registrar', 'finance', 'relayer', 'holder'] as const
export type Person = (typeof people)[number]

/** One EVM in this process, for everything that one run compares. */
export interface Evm {
  /** Which rules, engine and compiler the figures are of. */
  name: string
  chainId: number
  accountOf(person: Person): ReturnType<typeof privateKeyToAccount>
  /** Deploys a compiled contract as `admin`; never measured. */
  deploy(contract: string, args?: readonly unknown[]): Promise<Deployed>
  /** The next transactions are mined in this second or later. Time never runs back. */
  setTime(seconds: number): void
  close(): Promise<void>
}

export interface Deployed {
  address: Address
  /**
   * Gas used by one whole transaction: base, calldata, refunds. Throws when it reverts: what did nothing costs little, and
   * would pass for cheap.
   */
  send(from: Person, functionName: string, args: readonly unknown[]): Promise<number>
  /** The calldata of such a call, for somebody else to carry. */
  dataOf(functionName: string, args: readonly unknown[]): Hex
  /** Calls a view that answers one number. */
  read(functionName: string, args: readonly unknown[]): Promise<bigint>
}

/** A key that is nobody's: the hash of its words. */
export function keyOf(words: string): Hex {
  return keccak256(stringToHex(`bench ${words}`))
}

export async function openEvm(): Promise<Evm> {
  const keys = people.map((person) => keyOf(person))
  const connection = await hre.network.create({
    network: 'default',
    chainType: 'l1',
    override: {
      hardfork,
      initialDate: firstDate,
      accounts: keys.map((privateKey) => ({ privateKey, balance: 10n ** 27n })),
    },
  })
  const request = (method: string, params: unknown[]) => connection.provider.request({ method, params })
  const accounts = new Map(people.map((person, place) => [person, privateKeyToAccount(keys[place] as Hex)]))
  const accountOf = (person: Person) => accounts.get(person) as ReturnType<typeof privateKeyToAccount>
  let seconds = Date.parse(firstDate) / 1000 + 1

  /** A transaction is mined as it is sent; one that reverts throws with its reason. */
  async function transact(from: Person, to: Address | null, data: Hex) {
    await request('evm_setNextBlockTimestamp', [seconds])
    const envelope = { from: accountOf(from).address, data, gas: numberToHex(mostGas), ...(to === null ? {} : { to }) }
    const hash = await request('eth_sendTransaction', [envelope])
    return (await request('eth_getTransactionReceipt', [hash])) as { gasUsed: Hex; contractAddress: Address }
  }

  return {
    name: nameOf(String(await request('web3_clientVersion', []))),
    chainId: Number(await request('eth_chainId', [])),
    accountOf,
    setTime: (at) => {
      seconds = Math.max(seconds, at)
    },
    close: () => connection.close(),
    async deploy(contract, args = []) {
      const { abi: ofContract, bytecode } = await hre.artifacts.readArtifact(contract)
      const abi = ofContract as Abi
      const creation = encodeDeployData({ abi, bytecode: bytecode as Hex, args })
      const { contractAddress: address } = await transact('admin', null, creation)
      const dataOf = (functionName: string, given: readonly unknown[]) =>
        encodeFunctionData({ abi, functionName, args: given })
      return {
        address,
        dataOf,
        async send(from, functionName, given) {
          const { gasUsed } = await transact(from, address, dataOf(functionName, given))
          return Number(gasUsed)
        },
        async read(functionName, given) {
          const call = { to: address, data: dataOf(functionName, given) }
          return BigInt(String(await request('eth_call', [call, 'latest'])))
        },
      }
    },
  }
}

function nameOf(engine: string): string {
  const [compiler] = hre.config.solidity.profiles.default?.compilers ?? []
  const { viaIR, evmVersion, optimizer } = compiler?.settings ?? {}
  const [, version] = engine.split('/')
  const how = `${viaIR ? 'via IR, ' : ''}${optimizer?.runs} runs, for ${evmVersion}`
  return `${hardfork} (EIP-7623) on the EDR of Hardhat ${version}; solc ${compiler?.version} ${how}`
}
