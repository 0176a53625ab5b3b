import { expect } from 'chai'
import { ZeroAddress } from 'ethers'
import { as, ethers, foundTown, loadFixture } from './support/town.ts'

const ENTRY = ethers.id('bank entry 1')
const REF = ethers.id('payment 1')
const LINE = ethers.id('statement line 1')

/** The token alone, where an ordinary account stands in for Vouchers. */
async function tokenAlone() {
  const [admin, treasury, otherTreasury, vouchers, stranger] = await ethers.getSigners()
  const token = await ethers.deployContract('BudgetToken', [admin])
  await token.grantRole(await token.TREASURY_ROLE(), treasury)
  await token.grantRole(await token.TREASURY_ROLE(), otherTreasury)
  return { token, admin, treasury, otherTreasury, vouchers, stranger }
}

async function tokenWithVouchers() {
  const alone = await tokenAlone()
  await alone.token.setVouchers(alone.vouchers)
  await as(alone.token, alone.treasury).mint(ENTRY, 1_000n)
  return alone
}

describe('Budget token', () => {
  describe('setVouchers', () => {
    it('refuses anybody but the admin', async () => {
      const { token, treasury, vouchers } = await loadFixture(tokenAlone)
      await expect(as(token, treasury).setVouchers(vouchers))
        .to.be.revertedWithCustomError(token, 'AccessControlUnauthorizedAccount')
        .withArgs(treasury, ethers.ZeroHash)
    })

    it('refuses the zero address', async () => {
      const { token } = await loadFixture(tokenAlone)
      await expect(token.setVouchers(ZeroAddress)).to.be.revertedWithCustomError(token, 'VouchersMissing')
    })

    it('refuses to be set twice', async () => {
      const { token, vouchers, stranger } = await loadFixture(tokenWithVouchers)
      await expect(token.setVouchers(stranger))
        .to.be.revertedWithCustomError(token, 'VouchersAlreadySet')
        .withArgs(vouchers)
    })

    it('names Vouchers', async () => {
      const { token, vouchers } = await loadFixture(tokenAlone)
      await expect(token.setVouchers(vouchers)).to.emit(token, 'VouchersSet').withArgs(vouchers)
      expect(await token.vouchers()).to.equal(vouchers)
    })
  })

  describe('mint', () => {
    it('refuses anybody but a treasury, Vouchers and the admin too', async () => {
      const { token, admin, vouchers, stranger } = await loadFixture(tokenWithVouchers)
      for (const caller of [admin, vouchers, stranger]) {
        await expect(as(token, caller).mint(ethers.id('bank entry 2'), 1n))
          .to.be.revertedWithCustomError(token, 'AccessControlUnauthorizedAccount')
          .withArgs(caller, await token.TREASURY_ROLE())
      }
    })

    it('refuses a bank entry that has minted (INVARIANT 11)', async () => {
      const { token, treasury, otherTreasury } = await loadFixture(tokenWithVouchers)
      for (const caller of [treasury, otherTreasury]) {
        await expect(as(token, caller).mint(ENTRY, 1n))
          .to.be.revertedWithCustomError(token, 'BankReferenceUsed')
          .withArgs(ENTRY)
      }
    })

    it('refuses nothing', async () => {
      const { token, treasury } = await loadFixture(tokenWithVouchers)
      await expect(as(token, treasury).mint(ethers.id('bank entry 2'), 0n)).to.be.revertedWithCustomError(
        token,
        'CentsMissing',
      )
    })

    it('gives the treasury what one bank entry credited', async () => {
      const { token, treasury } = await loadFixture(tokenAlone)
      await expect(as(token, treasury).mint(ENTRY, 1_000n)).to.emit(token, 'Minted').withArgs(ENTRY, 1_000n)
      expect(await token.balanceOf(treasury)).to.equal(1_000n)
      expect(await token.totalSupply()).to.equal(1_000n)
    })
  })

  describe('burn', () => {
    it('refuses anybody but a treasury and Vouchers', async () => {
      const { token, admin, stranger } = await loadFixture(tokenWithVouchers)
      for (const caller of [admin, stranger]) {
        await expect(as(token, caller).burn(REF, 1n))
          .to.be.revertedWithCustomError(token, 'AccessControlUnauthorizedAccount')
          .withArgs(caller, await token.TREASURY_ROLE())
      }
    })

    it('refuses nothing', async () => {
      const { token, treasury } = await loadFixture(tokenWithVouchers)
      await expect(as(token, treasury).burn(REF, 0n)).to.be.revertedWithCustomError(token, 'CentsMissing')
    })

    it('refuses more than the caller has', async () => {
      const { token, treasury } = await loadFixture(tokenWithVouchers)
      await expect(as(token, treasury).burn(REF, 1_001n))
        .to.be.revertedWithCustomError(token, 'ERC20InsufficientBalance')
        .withArgs(treasury, 1_000n, 1_001n)
    })

    it('of a treasury is not remembered as a payment', async () => {
      const { token, treasury } = await loadFixture(tokenWithVouchers)
      await expect(as(token, treasury).burn(REF, 400n)).to.emit(token, 'Burned').withArgs(REF, 400n)
      expect(await token.totalSupply()).to.equal(600n)
      expect(await token.burnedCents(REF)).to.equal(0n)
    })

    it('works before Vouchers is known', async () => {
      const { token, treasury } = await loadFixture(tokenAlone)
      await as(token, treasury).mint(ENTRY, 10n)
      await as(token, treasury).burn(REF, 10n)
      expect(await token.totalSupply()).to.equal(0n)
    })

    it('of Vouchers is remembered for its payment', async () => {
      const { token, vouchers } = await loadFixture(withCentsAtVouchers)
      await expect(as(token, vouchers).burn(REF, 300n)).to.emit(token, 'Burned').withArgs(REF, 300n)
      await as(token, vouchers).burn(REF, 200n)
      expect(await token.burnedCents(REF)).to.equal(500n)
      expect(await token.totalSupply()).to.equal(500n)
    })
  })

  describe('mintReturned', () => {
    it('refuses anybody but Vouchers', async () => {
      const { token, admin, treasury } = await loadFixture(withBurned)
      for (const caller of [admin, treasury]) {
        await expect(as(token, caller).mintReturned(REF, LINE, 1n))
          .to.be.revertedWithCustomError(token, 'NotVouchers')
          .withArgs(caller)
      }
    })

    it('refuses nothing', async () => {
      const { token, vouchers } = await loadFixture(withBurned)
      await expect(as(token, vouchers).mintReturned(REF, LINE, 0n)).to.be.revertedWithCustomError(token, 'CentsMissing')
    })

    it('refuses one cent more than was burned (INVARIANT 11)', async () => {
      const { token, vouchers } = await loadFixture(withBurned)
      await expect(as(token, vouchers).mintReturned(REF, LINE, 501n))
        .to.be.revertedWithCustomError(token, 'ReturnedAboveBurned')
        .withArgs(REF, 500n, 501n)
    })

    it('refuses a statement line that has returned its cents', async () => {
      const { token, vouchers } = await loadFixture(withBurned)
      await as(token, vouchers).mintReturned(REF, LINE, 100n)
      await expect(as(token, vouchers).mintReturned(REF, LINE, 100n))
        .to.be.revertedWithCustomError(token, 'StatementEntryUsed')
        .withArgs(LINE)
    })

    it('brings back what was burned, and once', async () => {
      const { token, vouchers } = await loadFixture(withBurned)
      await expect(as(token, vouchers).mintReturned(REF, LINE, 500n))
        .to.emit(token, 'ReturnMinted')
        .withArgs(REF, LINE, 500n)
      expect(await token.burnedCents(REF)).to.equal(0n)
      expect(await token.balanceOf(vouchers)).to.equal(1_000n)
      await expect(as(token, vouchers).mintReturned(REF, ethers.id('statement line 2'), 1n))
        .to.be.revertedWithCustomError(token, 'ReturnedAboveBurned')
        .withArgs(REF, 0n, 1n)
    })
  })

  describe('transfer (INVARIANT 13)', () => {
    it('refuses to move cents to anybody else', async () => {
      const { token, treasury, stranger, admin } = await loadFixture(tokenWithVouchers)
      for (const to of [stranger, admin]) {
        await expect(as(token, treasury).transfer(to, 1n))
          .to.be.revertedWithCustomError(token, 'TransferNotAllowed')
          .withArgs(treasury, to)
      }
    })

    it('refuses to move cents of an account that lost its role, until it has it again', async () => {
      const { token, treasury, otherTreasury } = await loadFixture(tokenWithVouchers)
      await token.revokeRole(await token.TREASURY_ROLE(), treasury)
      await expect(as(token, treasury).transfer(otherTreasury, 1n))
        .to.be.revertedWithCustomError(token, 'TransferNotAllowed')
        .withArgs(treasury, otherTreasury)
      await token.grantRole(await token.TREASURY_ROLE(), treasury)
      await as(token, treasury).transfer(otherTreasury, 1n)
      expect(await token.balanceOf(otherTreasury)).to.equal(1n)
    })

    it('refuses cents that reach Vouchers past its own pull', async () => {
      const { token, treasury, otherTreasury, vouchers } = await loadFixture(tokenWithVouchers)
      await expect(as(token, treasury).transfer(vouchers, 1n))
        .to.be.revertedWithCustomError(token, 'TransferNotAllowed')
        .withArgs(treasury, vouchers)
      await as(token, treasury).approve(otherTreasury, 1n)
      await expect(as(token, otherTreasury).transferFrom(treasury, vouchers, 1n))
        .to.be.revertedWithCustomError(token, 'TransferNotAllowed')
        .withArgs(treasury, vouchers)
    })

    it('lets Vouchers pull what a treasury approved, and give it back', async () => {
      const { token, treasury, vouchers } = await loadFixture(withCentsAtVouchers)
      expect(await token.balanceOf(vouchers)).to.equal(1_000n)
      await as(token, vouchers).transfer(treasury, 1_000n)
      expect(await token.balanceOf(treasury)).to.equal(1_000n)
    })
  })

  it('counts in cents', async () => {
    const { token } = await loadFixture(foundTown)
    expect(await token.decimals()).to.equal(2n)
    expect(await token.name()).to.equal('Kipinä budget')
    expect(await token.symbol()).to.equal('KIP')
  })
})

async function withCentsAtVouchers() {
  const town = await tokenWithVouchers()
  await as(town.token, town.treasury).approve(town.vouchers, 1_000n)
  await as(town.token, town.vouchers).transferFrom(town.treasury, town.vouchers, 1_000n)
  return town
}

async function withBurned() {
  const town = await withCentsAtVouchers()
  await as(town.token, town.vouchers).burn(REF, 500n)
  return town
}
