import type { Contract, Signer } from 'ethers'
import { network } from 'hardhat'

/** One chain for all files; each test starts from a snapshot of the town. */
export const { ethers, networkHelpers } = await network.create()
export const { loadFixture, time } = networkHelpers

export const DAY = 86_400n
export const ESCAPE_AFTER = 7n * DAY
export const GRACE = 35n * DAY

export const FOOD = 0b0001
export const CULTURE = 0b0010

/** Merchant 7 sells food, 8 food and culture; programme 1 has money in each pot, programme 2 has none. */
export const GROCER = 7
export const CAFE = 8
export const PROGRAMME = 1
export const POOR_PROGRAMME = 2

export const BUDGET = 100_000n
export const FLOAT = 5_000n
export const GUARANTEE = 20_000n
export const DAILY_LIMIT = 50_000n

export interface Town {
  token: Contract
  registry: Contract
  vouchers: Contract
  admin: Signer
  treasury: Signer
  issuer: Signer
  acceptor: Signer
  registrar: Signer
  finance: Signer
  guardian: Signer
  relayer: Signer
  stranger: Signer
}

/** Town with nothing in it: the three contracts know each other and each role has its holder. */
export async function foundTown(): Promise<Town> {
  const town = await deployTown()
  await town.registry.follow(town.vouchers)
  return town
}

/** Each role has its holder, but the registry does not tell Vouchers of its merchants. */
export async function deployTown(): Promise<Town> {
  const signers = await ethers.getSigners()
  const [admin, treasury, issuer, acceptor, registrar, finance, guardian, relayer, stranger] = signers
  const token: Contract = await ethers.deployContract('BudgetToken', [admin])
  const registry: Contract = await ethers.deployContract('MerchantRegistry', [admin])
  const vouchers: Contract = await ethers.deployContract('Vouchers', [token, registry, admin, ESCAPE_AFTER, GRACE])
  await token.setVouchers(vouchers)
  await token.grantRole(await token.TREASURY_ROLE(), treasury)
  await registry.grantRole(await registry.REGISTRAR_ROLE(), registrar)
  await vouchers.grantRole(await vouchers.TREASURY_ROLE(), treasury)
  await vouchers.grantRole(await vouchers.ACCEPTOR_ROLE(), acceptor)
  await vouchers.grantRole(await vouchers.FINANCE_ROLE(), finance)
  await vouchers.grantRole(await vouchers.GUARDIAN_ROLE(), guardian)
  return {
    token,
    registry,
    vouchers,
    admin,
    treasury,
    issuer,
    acceptor,
    registrar,
    finance,
    guardian,
    relayer,
    stranger,
  }
}

/** Town with merchants, an open programme, and money in its pots. */
export async function openTown(): Promise<Town> {
  const town = await foundTown()
  await furnish(town)
  return town
}

/** Registers the merchants, opens the programmes and fills the first one's pots. */
export async function furnish(town: Town): Promise<void> {
  const { registry, vouchers, admin, issuer, registrar } = town
  await as(registry, registrar).register(GROCER, FOOD)
  await as(registry, registrar).register(CAFE, FOOD | CULTURE)
  await as(vouchers, admin).openProgramme(PROGRAMME, issuer, DAILY_LIMIT)
  await as(vouchers, admin).openProgramme(POOR_PROGRAMME, issuer, DAILY_LIMIT)
  await fund(town, PROGRAMME, BUDGET, FLOAT, GUARANTEE)
}

/** A programme without a daily limit that counts, with so much in budget and guarantee each. */
export async function openRichProgramme(town: Town, programme: number, cents: bigint): Promise<void> {
  await as(town.vouchers, town.admin).openProgramme(programme, town.issuer, 2n ** 64n - 1n)
  await fund(town, programme, cents, 0n, cents)
}

/** Money from the bank into a programme's pots. */
export async function fund(town: Town, programme: number, budget: bigint, float = 0n, guarantee = 0n): Promise<void> {
  const { token, vouchers, treasury } = town
  const cents = budget + float + guarantee
  await as(token, treasury).mint(ethers.id(`bank entry of programme ${programme}`), cents)
  await as(token, treasury).approve(vouchers, cents)
  await as(vouchers, treasury).fund(programme, budget, float, guarantee)
}

/** The contract as this signer calls it. */
export function as(contract: Contract, signer: Signer): Contract {
  return contract.connect(signer) as Contract
}

export async function now(): Promise<bigint> {
  return BigInt(await time.latest())
}

/**
 * The next transaction is mined in exactly this second. The chain's clock follows the machine's between transactions, on
 * from a restored fixture too, so a second that other transactions come before lies a day ahead, not a few seconds.
 */
export async function nextAt(second: bigint): Promise<void> {
  await time.setNextBlockTimestamp(second)
}

/** What lies in each pot of a programme. */
export async function potsOf(town: Town, programme = PROGRAMME) {
  const pots = await town.vouchers.programmeOf(programme)
  return {
    available: pots.availableCents as bigint,
    outstanding: pots.outstandingCents as bigint,
    float: pots.floatCents as bigint,
    guarantee: pots.guaranteeCents as bigint,
    guaranteePaid: pots.guaranteePaidCents as bigint,
    locked: pots.lockedCents as bigint,
  }
}
